SELECT l.list_no, l.name, l.description, l.priority, s.life, c.campaign_id, c.campaign_no, c.default_country,
       l.windows::text
FROM list l
JOIN list_stats s ON s.list_no = l.list_no
JOIN campaign c ON c.campaign_no = s.campaign_no
WHERE l.list_id = $1
