SELECT l.list_id, c.campaign_id, l.name, s.life, l.priority, s.total, s.ready
FROM list l
JOIN campaign c USING (campaign_no)
JOIN list_stats s USING (list_no)
WHERE $1::text IS NULL OR c.campaign_id = $1::text
ORDER BY c.campaign_id, l.priority DESC, l.list_id
