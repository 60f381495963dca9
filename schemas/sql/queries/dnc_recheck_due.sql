SELECT number_id, dnc_recheck_no
FROM dnc_recheck
WHERE xid_horizon <= pg_snapshot_xmin(pg_current_snapshot()) -- guard DNC_HORIZON
ORDER BY dnc_recheck_no LIMIT $1::int
