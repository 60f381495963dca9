-- The key as runtime/ready_queue.h makes it.
INSERT INTO ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id)
SELECT l.list_no, coalesce(z.gate_no, 1) AS gate_no,
       CASE WHEN l.attempts = 0 THEN 2 WHEN l.callback_at IS NOT NULL THEN 1 ELSE 3 END AS class,
       99 - l.priority AS lead_rank, coalesce(l.due_at, 'epoch') AS due_at, l.lead_id
FROM unnest($1::bigint[]) AS v (lead_id)
CROSS JOIN LATERAL (SELECT * FROM leads WHERE leads.lead_id = v.lead_id AND stage = 6 LIMIT 1) l
LEFT JOIN zone_set z ON z.zone_set_no = l.zone_set_no
