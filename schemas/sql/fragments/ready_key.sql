-- ready: of leads of list $1 that were ready, what their rows of ready_lead have in common, and the first and last of them.
-- key: of those rows. That the list is of it leaves no other way to them, whatever the planner thinks of their number.
key AS MATERIALIZED (
    SELECT $1::int AS list_no, coalesce(z.gate_no, 1) AS gate_no, class, lead_rank, due_at, min(first) AS first,
           max(last) AS last
    FROM ready LEFT JOIN zone_set z USING (zone_set_no)
    GROUP BY 2, 3, 4, 5
),
