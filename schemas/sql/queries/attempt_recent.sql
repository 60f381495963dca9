-- Attempts and contacts by list and hour of those that are not in attempt_hour yet, recorded since $1 at the latest.
-- Binary; times are microseconds.
SELECT list_no::bigint, (extract(epoch FROM date_trunc('hour', recorded_at, 'UTC')) * 1000000)::bigint, count(*),
       count(*) FILTER (WHERE contact)
FROM attempt
WHERE list_no IS NOT NULL
  AND recorded_at >= greatest((SELECT rolled_until FROM stats_projection), $1::timestamptz)
GROUP BY 1, 2
ORDER BY 1
