-- What goes with a lead: $1 to $4 as in lead_find_one.sql. $5: all leads of its number. By a number alone ($2 and $4
-- null): those of all lists.
WITH meant AS (
    SELECT lead_id, phone FROM leads WHERE $1::bigint <> 0 AND lead_id = $1::bigint
    UNION ALL
    SELECT lead_id, phone FROM leads
    WHERE $1::bigint = 0 AND $4::text IS NULL AND phone = $3::bigint
      AND ($5::boolean OR list_no = (SELECT list_no FROM list WHERE list_id = $2))
    UNION ALL
    SELECT lead_id, phone FROM leads
    WHERE $1::bigint = 0 AND external_id = $4::text AND list_no = (SELECT list_no FROM list WHERE list_id = $2)
), lead AS (
    SELECT DISTINCT l.lead_id, l.list_no, l.phone FROM meant m JOIN leads l ON l.phone = m.phone
    WHERE $5::boolean OR l.lead_id = m.lead_id
)
SELECT count(*), count(DISTINCT list_no),
       (SELECT count(*) FROM attempt a WHERE a.lead_id IN (SELECT lead_id FROM lead)),
       (SELECT count(*) FROM offer o WHERE o.state < 9 AND o.lead_id IN (SELECT lead_id FROM lead))
FROM lead
