-- A range of a list's leads; the columns and the filter are put in (services/exporter/export_query.h).
SELECT [columns]
FROM leads l
WHERE l.list_no = $1::int AND l.lead_id > $2::bigint AND l.lead_id <= $3::bigint AND [filter $4]
ORDER BY l.lead_id
