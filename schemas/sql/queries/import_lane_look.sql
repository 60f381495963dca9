SELECT chunk FROM import_lane WHERE job_no = $1::bigint AND lane = $2::smallint AND token = $3::bigint
