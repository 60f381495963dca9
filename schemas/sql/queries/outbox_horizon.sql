-- Every transaction with a lower number has ended.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint
