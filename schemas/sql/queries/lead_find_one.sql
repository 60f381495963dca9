-- A lead by its id ($1; 0: not by it), or in a list ($2) by its number ($3) or its external id ($4).
SELECT lead_id, phone, list_no FROM leads WHERE $1::bigint <> 0 AND lead_id = $1::bigint
UNION ALL
SELECT lead_id, phone, list_no FROM leads
WHERE $1::bigint = 0 AND $4::text IS NULL AND phone = $3::bigint
  AND list_no = (SELECT list_no FROM list WHERE list_id = $2)
UNION ALL
SELECT lead_id, phone, list_no FROM leads
WHERE $1::bigint = 0 AND external_id = $4::text AND list_no = (SELECT list_no FROM list WHERE list_id = $2)
