-- Unlocked: where the leads are, each once, and by which rules and windows of their list.
SELECT l.lead_id, l.phone, l.list_no, s.campaign_no, s.rules_version, t.windows::text
FROM (SELECT DISTINCT lead_id FROM unnest($1::bigint[]) AS v (lead_id) OFFSET 0) v
CROSS JOIN LATERAL (SELECT lead_id, phone, list_no FROM leads WHERE leads.lead_id = v.lead_id LIMIT 1) l
JOIN list_stats s ON s.list_no = l.list_no
JOIN list t ON t.list_no = l.list_no
