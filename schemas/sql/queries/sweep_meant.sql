-- Locked leads as they are now; "+ 0" as in move_clash.sql.
SELECT l.lead_id FROM leads l
WHERE l.lead_id = ANY ($1::bigint[]) AND l.list_no + 0 = $2::int AND [filter $3]
ORDER BY l.lead_id
