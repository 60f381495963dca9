-- The checkpoint. No row: another process has the job, or it is not where it was read.
UPDATE jobs
SET mark = jsonb_build_object('list_no', $7::int, 'lead_id', $8::bigint, 'leads', $9::bigint, 'changed', $10::bigint),
    result = jsonb_build_object('leads', $9::bigint, 'changed', $10::bigint), deaths = 0
WHERE job_no = $1::bigint AND token = $2::bigint AND state = 'running'
  AND coalesce(mark, '{"list_no": 0, "lead_id": 0, "leads": 0, "changed": 0}')
      = jsonb_build_object('list_no', $3::int, 'lead_id', $4::bigint, 'leads', $5::bigint, 'changed', $6::bigint)
