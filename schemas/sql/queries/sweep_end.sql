-- The next leads of a list ($1) behind $2, at most $3: how many, and the last of them.
SELECT count(*), max(lead_id)
FROM (SELECT lead_id FROM leads WHERE list_no = $1::int AND lead_id > $2::bigint ORDER BY lead_id LIMIT $3::int) l
