-- What an import of the list ended with.
SELECT state, result ->> 'rejects', coalesce((result ->> 'rejected')::bigint, 0)
FROM jobs
WHERE job_no = $1::bigint AND kind = 'import' AND list_no = $2::int
