-- By the whole key, which the search index has; a row that is not there is no fault: a top-up looks again.
DELETE FROM ready_lead r
USING unnest($1::int[], $2::int[], $3::smallint[], $4::smallint[], $5::timestamptz[], $6::bigint[])
      AS v (list_no, gate_no, class, lead_rank, due_at, lead_id)
WHERE r.list_no = v.list_no AND r.gate_no = v.gate_no AND r.class = v.class AND r.lead_rank = v.lead_rank
  AND r.due_at = v.due_at AND r.lead_id = v.lead_id
