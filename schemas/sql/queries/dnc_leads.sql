SELECT l.lead_id
FROM unnest($1::bigint[]) AS v (phone)
CROSS JOIN LATERAL (SELECT lead_id FROM leads WHERE leads.phone = v.phone OFFSET 0) l
