SELECT external_id, phone
FROM leads WHERE list_no = $2::int AND external_id = ANY ($1::text[])
ORDER BY external_id COLLATE "C"
