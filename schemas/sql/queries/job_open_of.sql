-- An open job of this kind for this list.
SELECT job_no FROM jobs
WHERE state IN ('queued', 'running') AND kind = $1 AND list_no = $2::int AND NOT cancel_requested
ORDER BY job_no LIMIT 1
