-- A job that has not begun ends at once; a running one is asked to; one that has ended stays.
WITH before AS (
    SELECT job_no, state FROM jobs WHERE job_no = $1::bigint FOR UPDATE
)
UPDATE jobs j
SET cancel_requested = j.cancel_requested OR before.state IN ('queued', 'running'),
    state = CASE WHEN before.state = 'queued' THEN 'cancelled' ELSE j.state END,
    finished_at = CASE WHEN before.state = 'queued' THEN $2::timestamptz ELSE j.finished_at END
FROM before
WHERE j.job_no = before.job_no
RETURNING j.state, j.kind, before.state = 'queued'
