SELECT a.lead_id, a.started_at, coalesce(a.duration_s, 0)::bigint, a.disposition, a.status
FROM unnest($1::bigint[]) AS v (lead_id)
CROSS JOIN LATERAL (
    SELECT lead_id, started_at, duration_s, disposition, status, attempt_no
    FROM attempt WHERE attempt.lead_id = v.lead_id OFFSET 0
) a
ORDER BY a.lead_id, a.started_at, a.attempt_no
