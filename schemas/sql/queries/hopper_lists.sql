SELECT s.list_no, l.priority, l.windows::text
FROM list_stats s JOIN list l ON l.list_no = s.list_no
WHERE s.campaign_no = $1::int AND s.life = 'active'
ORDER BY 1
