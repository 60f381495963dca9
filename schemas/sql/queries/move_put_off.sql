-- Of leads that went from one list to another; "+ 0" as in move_clash.sql.
UPDATE put_off p SET list_no = $3::int
FROM leads l
WHERE p.lead_id = ANY ($1::bigint[]) AND p.list_no = $2::int AND l.lead_id = p.lead_id AND l.list_no + 0 = $3::int
