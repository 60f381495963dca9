-- An id drawn before every transaction that is still running: the last value of the sequence is read
-- first; whoever draws a lower id later is already running, and is counted by the snapshot.
SELECT CASE WHEN is_called THEN last_value ELSE 0 END,
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint
FROM outbox_id_seq
