-- The row of ready_lead of a lead l with a zone set z, as runtime/ready_queue.h makes it.
SELECT l.list_no, coalesce(z.gate_no, 1) AS gate_no,
       CASE WHEN l.attempts = 0 THEN 2 WHEN l.callback_at IS NOT NULL THEN 1 ELSE 3 END AS class,
       99 - l.priority AS lead_rank, coalesce(l.due_at, 'epoch') AS due_at, l.lead_id
