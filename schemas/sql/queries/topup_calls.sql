-- Calls to these numbers since a time, by number, newest first: those of the ledger, and those that began and were
-- never heard of again. recorded_at leaves out whole partitions.
SELECT number_id, started_at FROM attempt
WHERE number_id = ANY ($1::bigint[]) AND started_at > $2::timestamptz AND recorded_at > $2::timestamptz
UNION ALL
SELECT number_id, started_at FROM offer
WHERE number_id = ANY ($1::bigint[]) AND ended_by = 'lapsed' AND started_at IS NOT NULL
  AND started_at > $2::timestamptz
ORDER BY 1, 2 DESC
