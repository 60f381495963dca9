-- Jobs that hold a slot ($1), or wait for it, make way: what has not begun ends at once, what runs is asked to. A reset
-- that nobody holds ends, too: who waits for the slot is another service, and none may be there that claims it. Its
-- chunks are fenced by its state. What others left they clean up themselves. Rows: which, whether it ended, its counts.
WITH before AS (
    SELECT job_no, state = 'queued' OR (kind = 'list.reset' AND lease_until < clock_timestamp()) AS ends
    FROM jobs WHERE state IN ('queued', 'running') AND $1::text = ANY (slots)
    ORDER BY job_no FOR UPDATE
), freed AS (
    DELETE FROM job_slot WHERE job_no IN (SELECT job_no FROM before WHERE ends)
)
UPDATE jobs j
SET cancel_requested = true,
    state = CASE WHEN before.ends THEN 'cancelled' ELSE j.state END,
    finished_at = CASE WHEN before.ends THEN $2::timestamptz ELSE j.finished_at END,
    result = CASE WHEN before.ends THEN nullif(j.result - 'waiting', '{}') ELSE j.result END
FROM before
WHERE j.job_no = before.job_no
RETURNING j.job_no, before.ends, coalesce(trim(BOTH '{}' FROM (j.result - 'waiting')::text), '')
