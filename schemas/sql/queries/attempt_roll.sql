-- Moves attempts that were recorded before $1 into their hours, once; those that a transaction may still bring are
-- younger. The UPDATE asks for `state` and so comes behind its lock: a row that this statement has updated already
-- would not be found by it any more.
WITH state AS (
    SELECT coalesce(rolled_until, '-infinity') AS since FROM stats_projection FOR UPDATE
), rolled AS (
    INSERT INTO attempt_hour AS h (list_no, hour, attempts, contacts)
    SELECT list_no, date_trunc('hour', recorded_at, 'UTC'), count(*), count(*) FILTER (WHERE contact)
    FROM attempt
    WHERE list_no IS NOT NULL AND recorded_at >= greatest((SELECT since FROM state), $2::timestamptz)
      AND recorded_at < $1::timestamptz
    GROUP BY 1, 2
    ON CONFLICT (list_no, hour) DO UPDATE
    SET attempts = h.attempts + excluded.attempts, contacts = h.contacts + excluded.contacts
), gone AS (
    DELETE FROM attempt_hour WHERE hour < $2::timestamptz
)
UPDATE stats_projection SET rolled_until = $1::timestamptz
FROM state WHERE state.since < $1::timestamptz
