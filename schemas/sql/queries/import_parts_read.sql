SELECT lane, token, size_bytes FROM import_part WHERE job_no = $1::bigint ORDER BY lane, token
