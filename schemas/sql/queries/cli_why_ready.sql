-- Ready leads of the list ($1) by what opens and closes together. $2: now. $3: rules of dispositions have windows of
-- their own, so that those of called leads are asked for; not of those whose number was corrected since (hold 8). Leads
-- that a top-up put off are told with what for, and taken from those that are not due.
WITH grouped AS (
    SELECT gate_no, due_at <= $2::timestamptz AS due, 0 AS put_off,
           CASE WHEN $3::boolean AND class <> 2 AND due_at <= $2::timestamptz
                THEN (SELECT status FROM leads WHERE leads.lead_id = r.lead_id AND hold & 8 = 0) END AS code,
           count(*) AS leads
    FROM ready_lead r
    WHERE list_no = $1::int
    GROUP BY 1, 2, 4
), noted AS MATERIALIZED (
    SELECT d.gate_no, p.why AS put_off,
           CASE WHEN $3::boolean AND d.attempts > 0 AND d.hold & 8 = 0 THEN d.status END AS code, count(*) AS leads
    FROM put_off p
    CROSS JOIN LATERAL (
        SELECT coalesce(z.gate_no, 1) AS gate_no, l.attempts, l.hold, l.status
        FROM leads l LEFT JOIN zone_set z USING (zone_set_no)
        WHERE l.lead_id = p.lead_id AND l.list_no = p.list_no AND l.stage = 6 AND l.due_at = p.until
        OFFSET 0
    ) d
    WHERE p.list_no = $1::int AND p.until > $2::timestamptz AND p.why <> 0
    GROUP BY 1, 2, 3
), told AS (
    SELECT * FROM grouped
    UNION ALL
    SELECT gate_no, false, put_off, code, leads FROM noted
    UNION ALL
    SELECT gate_no, false, 0, NULL, -leads FROM noted
)
SELECT coalesce(g.zones, ''), coalesce(g.regions, ''), due, put_off, coalesce(code, ''), sum(leads)::bigint
FROM told LEFT JOIN gate g USING (gate_no)
GROUP BY 1, 2, 3, 4, 5
HAVING sum(leads) <> 0
