-- The checkpoint. No row: another process has the job, or it is not where it was read.
UPDATE jobs SET mark = jsonb_build_object('lead_id', $4::bigint, 'counts', $5::jsonb), result = $5::jsonb, deaths = 0
WHERE job_no = $1::bigint AND token = $2::bigint AND state = 'running'
  AND coalesce((mark ->> 'lead_id')::bigint, 0) = $3::bigint
