-- The leads come first: a lead's lock is taken before its row here.
WITH locked AS (
    SELECT * FROM leads WHERE lead_id = ANY ($1::bigint[]) AND stage = 6 ORDER BY lead_id FOR UPDATE
), k AS (
[include ready_row]
    FROM locked l LEFT JOIN zone_set z ON z.zone_set_no = l.zone_set_no
)
DELETE FROM ready_lead r
USING k
WHERE r.list_no = k.list_no AND r.gate_no = k.gate_no AND r.class = k.class AND r.lead_rank = k.lead_rank
  AND r.due_at = k.due_at AND r.lead_id = k.lead_id
