-- Was an entry opened by a transaction that the snapshot does not see? Numbers of transactions that were restored
-- from another server, and lie ahead of this one's, count as such.
SELECT 1
FROM dnc_entry
WHERE opened_xid >= pg_snapshot_xmin($1::pg_snapshot) AND NOT pg_visible_in_snapshot(opened_xid, $1::pg_snapshot)
LIMIT 1
