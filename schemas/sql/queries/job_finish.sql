UPDATE jobs SET state = $3, result = $4::jsonb, finished_at = $5::timestamptz, owner = '', lease_until = '-infinity'
WHERE job_no = $1::bigint AND token = $2::bigint AND state = 'running'
