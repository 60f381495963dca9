-- One look-up in (list_no, external_id) for each id, as in import_probe.sql.
SELECT found.*
FROM unnest($1::text[]) AS wanted (external_id)
CROSS JOIN LATERAL (
    SELECT external_id, phone
    FROM leads WHERE leads.list_no = $2::int AND leads.external_id = wanted.external_id
    LIMIT 1
) AS found
ORDER BY found.external_id COLLATE "C"
