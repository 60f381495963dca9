-- The first thing that draws a number in its transaction: who has a lower one may not have seen the entry. xmax of a
-- snapshot is not that: it counts those that ended.
UPDATE dnc_recheck SET xid_horizon = pg_current_xact_id()
WHERE dnc_recheck_no = ANY (ARRAY(SELECT dnc_recheck_no FROM dnc_recheck WHERE xid_horizon IS NULL
                                  ORDER BY dnc_recheck_no FOR UPDATE SKIP LOCKED))
