-- The next leads of a list, all of them concerned.
SELECT lead_id, true FROM leads
WHERE list_no = $1::int AND lead_id > $2::bigint
ORDER BY lead_id
LIMIT $3::int
