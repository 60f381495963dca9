UPDATE dnc_recheck SET xid_horizon = pg_snapshot_xmax(pg_current_snapshot())
WHERE dnc_recheck_no IN (SELECT dnc_recheck_no FROM dnc_recheck WHERE xid_horizon IS NULL
                         ORDER BY dnc_recheck_no FOR UPDATE SKIP LOCKED)
