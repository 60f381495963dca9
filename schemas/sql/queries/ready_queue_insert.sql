INSERT INTO ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id)
SELECT list_no, gate_no, class, lead_rank, due_at, lead_id
FROM unnest($1::int[], $2::int[], $3::smallint[], $4::smallint[], $5::timestamptz[], $6::bigint[])
     AS v (list_no, gate_no, class, lead_rank, due_at, lead_id)
ORDER BY list_no, gate_no, class, lead_rank, due_at, lead_id
