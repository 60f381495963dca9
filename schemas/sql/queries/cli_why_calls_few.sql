-- What cli_why_calls.sql finds, for a list of which few leads are due: by those leads, so that the calls of all others
-- are not met. $1: the list. $2: now. $3: since when calls count. Times are microseconds since 1970.
WITH lead AS MATERIALIZED (
    SELECT d.lead_id, (SELECT n.number_id FROM number n WHERE n.phone = d.phone) AS number_id,
           coalesce(g.zones, '') AS zones, coalesce(g.regions, '') AS regions,
           CASE WHEN d.attempts > 0 AND d.hold & 8 = 0 THEN d.status ELSE '' END AS code
    FROM ready_lead r
    CROSS JOIN LATERAL (SELECT * FROM leads WHERE lead_id = r.lead_id AND stage = 6 OFFSET 0) d
    LEFT JOIN zone_set z USING (zone_set_no)
    LEFT JOIN gate g ON g.gate_no = z.gate_no
    WHERE r.list_no = $1::int AND r.due_at <= $2::timestamptz
)
SELECT lead_id, zones, regions, code, (extract(epoch FROM call.started_at) * 1000000)::bigint
FROM lead
CROSS JOIN LATERAL (
    SELECT a.started_at FROM attempt a
    WHERE a.number_id = lead.number_id AND a.started_at > $3::timestamptz AND a.started_at <= $2::timestamptz
      AND a.recorded_at > $3::timestamptz
    UNION ALL
    SELECT o.started_at FROM offer o
    WHERE o.number_id = lead.number_id AND o.ended_by = 'lapsed' AND o.started_at IS NOT NULL
      AND o.started_at > $3::timestamptz AND o.started_at <= $2::timestamptz
    UNION ALL
    SELECT NULL FROM offer o WHERE o.number_id = lead.number_id AND o.state < 9
    OFFSET 0
) call
ORDER BY 1, 5 DESC NULLS LAST
