-- Says that this worker lives, and counts those that do.
WITH mine AS (
    INSERT INTO worker (worker_id, service, alive_until)
    VALUES ($1, $2, clock_timestamp() + $3::bigint * interval '1 ms')
    ON CONFLICT (worker_id) DO UPDATE SET alive_until = excluded.alive_until
), gone AS (
    DELETE FROM worker WHERE alive_until < clock_timestamp() - interval '1 minute' AND worker_id <> $1
)
SELECT count(*) FILTER (WHERE worker_id <> $1) + 1 FROM worker WHERE alive_until > clock_timestamp()
