UPDATE import_lane
SET chunk = chunk + 1, byte_offset = $5::bigint, line_no = $6::bigint, row_no = $7::bigint, digest = $8,
    finished = $9::boolean, rows = rows + $10::bigint, inserted = inserted + $11::bigint,
    updated = updated + $12::bigint, duplicate_in_file = duplicate_in_file + $13::bigint,
    duplicate_in_list = duplicate_in_list + $14::bigint,
    duplicate_in_campaign = duplicate_in_campaign + $15::bigint, rejected = rejected + $16::bigint,
    unverified = unverified + $17::bigint, dnc = dnc + $18::bigint
WHERE job_no = $1::bigint AND lane = $2::smallint
  AND token = $3::bigint -- guard LANE_TOKEN
  AND chunk = $4::bigint -- guard LANE_CHUNK
