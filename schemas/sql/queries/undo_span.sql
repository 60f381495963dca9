-- The next leads that an import made, and whether they are still in its list.
SELECT lead_id, list_no = $3::int FROM leads
WHERE lead_id > $1::bigint AND lead_id < $2::bigint
ORDER BY lead_id
LIMIT $4::int
