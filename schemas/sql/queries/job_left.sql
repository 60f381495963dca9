-- A reset that was asked to end and that nobody holds ends: who waits for its list is another service, and none may be
-- there that claims it. As job_preempt.sql has it of those that nobody held already. Rows: which, its counts.
WITH before AS (
    SELECT job_no FROM jobs
    WHERE state IN ('queued', 'running') AND state <> 'queued' AND kind = 'list.reset' AND cancel_requested
      AND lease_until < clock_timestamp()
    ORDER BY job_no FOR UPDATE SKIP LOCKED
), freed AS (
    DELETE FROM job_slot WHERE job_no IN (SELECT job_no FROM before)
)
UPDATE jobs j
SET state = 'cancelled', finished_at = $1::timestamptz, result = nullif(j.result - 'waiting', '{}')
FROM before
WHERE j.job_no = before.job_no
RETURNING j.job_no, coalesce(trim(BOTH '{}' FROM j.result::text), '')
