-- other: the number that it went to is not the lead's now. own: it was the campaign's ($2).
SELECT a.lead_id, a.started_at, coalesce(a.duration_s, 0)::bigint, a.disposition, a.status, a.contact,
       coalesce(n.phone <> l.phone, false), coalesce(a.campaign_no, $2::int) = $2::int
FROM unnest($1::bigint[]) AS v (lead_id)
CROSS JOIN LATERAL (
    SELECT lead_id, number_id, campaign_no, started_at, duration_s, disposition, status, contact, attempt_no
    FROM attempt WHERE attempt.lead_id = v.lead_id OFFSET 0
) a
CROSS JOIN LATERAL (SELECT phone FROM leads WHERE leads.lead_id = v.lead_id OFFSET 0) l
LEFT JOIN LATERAL (SELECT phone FROM number WHERE number.number_id = a.number_id OFFSET 0) n ON true
ORDER BY a.lead_id, a.started_at, a.attempt_no
