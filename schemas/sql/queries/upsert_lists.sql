SELECT l.list_id, l.list_no, s.campaign_no, c.default_country, s.life = 'deleting'
FROM list l
JOIN list_stats s ON s.list_no = l.list_no
JOIN campaign c ON c.campaign_no = s.campaign_no
WHERE l.list_id = ANY ($1::text[])
ORDER BY l.list_id COLLATE "C"
