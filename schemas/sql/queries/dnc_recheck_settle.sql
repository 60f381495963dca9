-- Looks that are due and find all leads as they should be, which is most of them after a large import of entries: at
-- once, and without locks. Whoever changes such a lead later has seen the entries.
DELETE FROM dnc_recheck
WHERE dnc_recheck_no = ANY (ARRAY(
    SELECT r.dnc_recheck_no
    FROM (
        SELECT dnc_recheck_no, number_id
        FROM dnc_recheck
        WHERE xid_horizon <= pg_snapshot_xmin(pg_current_snapshot()) -- guard DNC_HORIZON
        ORDER BY dnc_recheck_no LIMIT $1::int
    ) r
    CROSS JOIN LATERAL (SELECT phone FROM number n WHERE n.number_id = r.number_id OFFSET 0) n
    WHERE NOT EXISTS (
        SELECT FROM leads l JOIN list_stats s USING (list_no)
        WHERE l.phone = n.phone AND l.dnc <> EXISTS (
            SELECT FROM dnc_entry e
            WHERE e.number_id = r.number_id AND e.removed_at IS NULL AND e.campaign_no IN (0, s.campaign_no)
              AND (e.expires_at IS NULL OR e.expires_at > $2::timestamptz)
        )
    )
))
