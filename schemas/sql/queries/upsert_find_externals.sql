SELECT v.place, l.lead_id
FROM unnest($1::text[], $2::int[], $3::int[]) AS v (external_id, list_no, place)
CROSS JOIN LATERAL (SELECT lead_id FROM leads
                    WHERE leads.list_no = v.list_no AND leads.external_id = v.external_id
                    LIMIT 1) l
