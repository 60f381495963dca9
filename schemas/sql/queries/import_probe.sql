-- LIMIT in the subquery makes it one look-up by phone for each of them, whatever the sizes: joins and = ANY fell to
-- scans of the whole table. "+ 0" as in move_clash.sql.
SELECT found.*
FROM (SELECT phone FROM unnest($1::bigint[]) AS v (phone) ORDER BY 1 OFFSET 0) AS wanted
CROSS JOIN LATERAL (
    SELECT phone, lead_id, coalesce(content_hash, 0), ctid
    FROM leads WHERE leads.phone = wanted.phone AND leads.list_no + 0 = $2::int
    LIMIT 1
) AS found
