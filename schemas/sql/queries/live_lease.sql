-- One leadspool-stats at a time rebuilds, sweeps and counts: for peace, not for safety, since each write says of
-- which version it is. No row: it is another.
UPDATE stats_projection SET owner = $1, lease_until = clock_timestamp() + $2::bigint * interval '1 ms'
WHERE owner = $1 OR lease_until < clock_timestamp()
RETURNING wanted, done
