-- Jobs that hold a slot, or wait for it, make way: what has not begun ends at once, what runs is asked to.
WITH before AS (
    SELECT job_no, state FROM jobs WHERE state IN ('queued', 'running') AND $1::text = ANY (slots)
    ORDER BY job_no FOR UPDATE
)
UPDATE jobs j
SET cancel_requested = true,
    state = CASE WHEN before.state = 'queued' THEN 'cancelled' ELSE j.state END,
    finished_at = CASE WHEN before.state = 'queued' THEN $2::timestamptz ELSE j.finished_at END
FROM before
WHERE j.job_no = before.job_no
RETURNING j.job_no, before.state = 'queued'
