-- As topup_pick.sql, but any of those that come next: of ten times as many in each group, and of all groups alike. Told
-- in their order, so that the last one of a group is its new bound: who was passed over comes when bounds are dropped.
SELECT r.lead_id, r.due_at, r.at, l.phone, n.number_id
FROM (SELECT r.lead_id, r.due_at, g.at
      FROM unnest($1::int[], $2::int[], $3::smallint[], $4::smallint[], $5::timestamptz[], $6::bigint[])
           WITH ORDINALITY AS g (list_no, gate_no, class, lead_rank, bound_due, bound_lead, at)
      CROSS JOIN LATERAL (SELECT lead_id, due_at
                          FROM (SELECT lead_id, due_at FROM ready_lead r
                                WHERE r.list_no = g.list_no AND r.gate_no = g.gate_no AND r.class = g.class
                                  AND r.lead_rank = g.lead_rank AND (r.due_at, r.lead_id) > (g.bound_due, g.bound_lead)
                                  AND r.due_at <= $7::timestamptz
                                ORDER BY r.due_at, r.lead_id LIMIT 10 * $8::int) near
                          ORDER BY random() LIMIT $8::int) r
      ORDER BY random() LIMIT $9::int) r
LEFT JOIN LATERAL (SELECT phone FROM leads WHERE leads.lead_id = r.lead_id LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT number_id FROM number WHERE number.phone = l.phone LIMIT 1) n ON true
ORDER BY r.due_at, r.lead_id
