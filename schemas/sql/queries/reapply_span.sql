-- The next leads of a list, and which of them were called in this pass.
SELECT lead_id, attempts > 0 FROM leads
WHERE list_no = $1::int AND lead_id > $2::bigint
ORDER BY lead_id
LIMIT $3::int
