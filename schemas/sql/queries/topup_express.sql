-- As topup_groups.sql, of the leads of the highest priority, through an index of their own; those groups only of which
-- one is due.
WITH RECURSIVE found AS (
    SELECT v.list_no, first.gate_no, first.class
    FROM unnest($1::int[]) AS v (list_no)
    CROSS JOIN LATERAL (SELECT gate_no, class FROM ready_lead r WHERE r.list_no = v.list_no AND lead_rank = 0
                        ORDER BY gate_no, class LIMIT 1) first
    UNION ALL
    SELECT f.list_no, next.gate_no, next.class
    FROM found f
    CROSS JOIN LATERAL (SELECT gate_no, class FROM ready_lead r
                        WHERE r.list_no = f.list_no AND lead_rank = 0 AND (r.gate_no, r.class) > (f.gate_no, f.class)
                        ORDER BY gate_no, class LIMIT 1) next
)
SELECT list_no, gate_no, class, 0::smallint FROM found f
WHERE EXISTS (SELECT FROM ready_lead r
              WHERE r.list_no = f.list_no AND r.gate_no = f.gate_no AND r.class = f.class AND r.lead_rank = 0
                AND r.due_at <= $2::timestamptz)
ORDER BY 1, 2, 3
