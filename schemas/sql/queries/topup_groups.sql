-- Which groups of ready leads there are, found by steps through the search index.
WITH RECURSIVE found AS (
    SELECT v.list_no, first.gate_no, first.class, first.lead_rank
    FROM unnest($1::int[]) AS v (list_no)
    CROSS JOIN LATERAL (SELECT gate_no, class, lead_rank FROM ready_lead r WHERE r.list_no = v.list_no
                        ORDER BY gate_no, class, lead_rank LIMIT 1) first
    UNION ALL
    SELECT f.list_no, next.gate_no, next.class, next.lead_rank
    FROM found f
    CROSS JOIN LATERAL (SELECT gate_no, class, lead_rank FROM ready_lead r
                        WHERE r.list_no = f.list_no
                          AND (r.gate_no, r.class, r.lead_rank) > (f.gate_no, f.class, f.lead_rank)
                        ORDER BY gate_no, class, lead_rank LIMIT 1) next
)
SELECT list_no, gate_no, class, lead_rank FROM found ORDER BY 1, 2, 3, 4
