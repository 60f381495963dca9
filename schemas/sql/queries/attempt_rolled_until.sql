-- Up to when attempts are in attempt_hour, in microseconds; NULL: none is.
SELECT (extract(epoch FROM rolled_until) * 1000000)::bigint FROM stats_projection
