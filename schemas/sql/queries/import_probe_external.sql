-- One look-up in (list_no, external_id) for each id; the order as in move_clash.sql.
SELECT found.*
FROM unnest($1::text[]) AS wanted (external_id)
CROSS JOIN LATERAL (
    SELECT external_id, phone
    FROM leads
    WHERE leads.list_no = $2::int AND leads.external_id >= wanted.external_id
      AND leads.external_id <= wanted.external_id
    ORDER BY leads.list_no, leads.external_id
    LIMIT 1
) AS found
ORDER BY found.external_id COLLATE "C"
