-- Ready leads of the list ($1) by what opens and closes together. $2: now. $3: rules of dispositions have windows of
-- their own, so that those of called leads are asked for; not of those whose number was corrected since (hold 8).
WITH grouped AS (
    SELECT gate_no, due_at <= $2::timestamptz AS due,
           CASE WHEN $3::boolean AND class <> 2 AND due_at <= $2::timestamptz
                THEN (SELECT status FROM leads WHERE leads.lead_id = r.lead_id AND hold & 8 = 0) END AS code,
           count(*) AS leads
    FROM ready_lead r
    WHERE list_no = $1::int
    GROUP BY 1, 2, 3
)
SELECT coalesce(g.zones, ''), coalesce(g.regions, ''), due, coalesce(code, ''), leads
FROM grouped LEFT JOIN gate g USING (gate_no)
