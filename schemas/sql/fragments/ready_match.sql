-- r: rows of ready_lead that a key k meets (ready_key.sql), from the first of its leads to the last.
    WHERE (r.list_no, r.gate_no, r.class, r.lead_rank, r.due_at) = (k.list_no, k.gate_no, k.class, k.lead_rank, k.due_at)
      AND r.lead_id BETWEEN k.first AND k.last
