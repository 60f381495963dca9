UPDATE jobs SET lease_until = clock_timestamp() + $3::bigint * interval '1 ms'
WHERE job_no = $1::bigint AND token = $2::bigint AND state = 'running'
RETURNING cancel_requested, deaths
