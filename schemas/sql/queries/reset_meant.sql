-- Locked leads as they are now, and whether the filter names them (recycler/reset_plan.h); "+ 0" as in move_clash.sql.
SELECT l.lead_id, [named $3] IS TRUE FROM leads l
WHERE l.lead_id = ANY ($1::bigint[]) AND l.list_no + 0 = $2::int AND [filter $3]
ORDER BY l.lead_id
