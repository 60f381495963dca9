-- Rows of leads that became ready.
INSERT INTO ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id)
[include ready_row]
FROM unnest($1::bigint[]) AS v (lead_id)
CROSS JOIN LATERAL (SELECT * FROM leads WHERE leads.lead_id = v.lead_id AND stage = 6 LIMIT 1) l
LEFT JOIN zone_set z ON z.zone_set_no = l.zone_set_no
