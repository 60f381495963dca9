-- The same, those that have been due longest first.
SELECT [columns]
FROM leads l
WHERE l.list_no = $1::int AND l.lead_id > $2::bigint AND l.lead_id <= $3::bigint AND [filter $4]
ORDER BY l.due_at NULLS FIRST, l.lead_id
