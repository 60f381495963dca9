-- Attempts and contacts of the list ($1) by hour since $2, those that are not in attempt_hour yet included.
SELECT (extract(epoch FROM hour) * 1000000)::bigint, sum(attempts)::bigint, sum(contacts)::bigint
FROM (
    SELECT hour, attempts, contacts FROM attempt_hour WHERE list_no = $1::int AND hour >= $2::timestamptz
    UNION ALL
    SELECT date_trunc('hour', recorded_at, 'UTC'), count(*), count(*) FILTER (WHERE contact)
    FROM attempt
    WHERE list_no = $1::int AND recorded_at >= coalesce((SELECT rolled_until FROM stats_projection), $2::timestamptz)
      AND recorded_at >= $2::timestamptz
    GROUP BY 1
) each
GROUP BY 1
