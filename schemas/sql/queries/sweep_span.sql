-- The leads of a list ($1) behind $2 up to $3.
SELECT lead_id FROM leads
WHERE list_no = $1::int AND lead_id > $2::bigint AND lead_id <= $3::bigint
ORDER BY lead_id
