-- The months around a moment of which the ledger has no partition: this one and the next $2. One moment of each.
SELECT (extract(epoch FROM v.month AT TIME ZONE 'UTC') * 1000000)::bigint
FROM (SELECT date_trunc('month', $1::timestamptz AT TIME ZONE 'UTC') + n * interval '1 month' AS month
      FROM generate_series(0, $2::int) AS n) v
WHERE to_regclass(format('%I.%I', current_schema(), 'attempt_' || to_char(v.month, 'YYYYMM'))) IS NULL
ORDER BY 1
