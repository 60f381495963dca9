-- The job's next event, and what every event of a job says.
UPDATE jobs j SET event_n = j.event_n + 1, progress_at = $2::timestamptz
FROM list l
WHERE j.job_no = $1::bigint AND l.list_no = j.list_no
RETURNING j.event_n, j.kind, j.state, l.list_id, j.command_id
