-- A list that was deleted has no gate any more.
SELECT l.list_no, l.name, l.description, l.priority, coalesce(s.life, 'deleted'), c.campaign_id, c.campaign_no,
       c.default_country, l.windows::text, coalesce(s.version, 0)
FROM list l
LEFT JOIN list_stats s ON s.list_no = l.list_no
JOIN campaign c ON c.campaign_no = coalesce(s.campaign_no, l.campaign_no)
WHERE l.list_id = $1
