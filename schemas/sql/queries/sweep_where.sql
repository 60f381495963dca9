-- The leads of a list ($1) behind $2 up to $3 that meet the filter.
SELECT l.lead_id FROM leads l
WHERE l.list_no = $1::int AND l.lead_id > $2::bigint AND l.lead_id <= $3::bigint AND [filter $4]
ORDER BY l.lead_id
