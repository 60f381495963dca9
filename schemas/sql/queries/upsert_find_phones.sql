SELECT v.place, l.lead_id
FROM unnest($1::bigint[], $2::int[], $3::int[]) AS v (phone, list_no, place)
CROSS JOIN LATERAL (SELECT lead_id FROM leads
                    WHERE leads.phone = v.phone AND leads.list_no = v.list_no
                    LIMIT 1) l
