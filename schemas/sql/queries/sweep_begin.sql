SELECT coalesce((mark ->> 'lead_id')::bigint, 0), coalesce(mark -> 'counts', '{}')::text
FROM jobs WHERE job_no = $1::bigint AND token = $2::bigint AND state = 'running'
