SELECT job_no FROM jobs
WHERE source = $1 AND command_id = $2 AND NOT forgotten AND created_at >= $3::timestamptz
