-- The external ids of the list's leads with these phones; the look-ups as in import_probe.sql.
SELECT found.*
FROM (SELECT phone FROM unnest($1::bigint[]) AS v (phone) ORDER BY 1 OFFSET 0) AS wanted
CROSS JOIN LATERAL (
    SELECT phone, external_id
    FROM leads WHERE leads.phone = wanted.phone AND leads.list_no + 0 = $2::int AND external_id IS NOT NULL
    LIMIT 1
) AS found
ORDER BY found.phone
