DELETE FROM import_part WHERE job_no = $1::bigint
