-- Leads of a list ($2) that have the number or the external id of one of these leads; once each, and whether they do not
-- go together: other external ids, or more of their own ($3: the most bytes; 0: it does not matter). "+ 0" and the order
-- keep both look-ups out of the index by list: where the server takes the list for empty that one costs no more, and
-- reads the whole of a list that has grown since.
SELECT l.lead_id, t.lead_id, bool_or(t.by_phone)::int, bool_or(t.unlike)::int
FROM unnest($1::bigint[]) AS v (lead_id)
CROSS JOIN LATERAL (SELECT lead_id, phone, external_id, custom FROM leads
                    WHERE leads.lead_id = v.lead_id LIMIT 1) l
CROSS JOIN LATERAL (
    (SELECT lead_id, true AS by_phone,
            CASE WHEN $3::int > 0
                 THEN coalesce(leads.external_id <> l.external_id, false)
                      OR coalesce(octet_length((leads.custom || l.custom)::text) > $3::int, false)
                 ELSE false END AS unlike
     FROM leads WHERE leads.phone = l.phone AND list_no + 0 = $2::int LIMIT 1)
    UNION ALL
    (SELECT lead_id, false, false FROM leads
     WHERE list_no = $2::int AND leads.external_id >= l.external_id AND leads.external_id <= l.external_id
     ORDER BY list_no, leads.external_id
     LIMIT 1)
) t
WHERE t.lead_id <> l.lead_id
GROUP BY 1, 2
ORDER BY 1, 2
