-- The next leads of a list, and which of them meet the filter.
SELECT l.lead_id, [filter $4]
FROM (SELECT * FROM leads WHERE list_no = $1::int AND lead_id > $2::bigint ORDER BY lead_id LIMIT $3::int) l
ORDER BY l.lead_id
