-- Bytes of the rows that are there, as stored, reckoned from $1 per cent of the table's pages. Payloads are not
-- read: their stored size stands in the row. 100: what else a row and its index entry take.
SELECT (coalesce(sum(pg_column_size(payload) + 100), 0) * 100 / $1::real)::bigint
FROM outbox TABLESAMPLE SYSTEM ($1::real)
