-- As topup_groups.sql, of the leads of the highest priority, through an index of their own.
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
SELECT list_no, gate_no, class, 0::smallint FROM found ORDER BY 1, 2, 3
