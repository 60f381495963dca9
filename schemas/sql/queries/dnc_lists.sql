SELECT s.list_no, s.campaign_no, l.list_id
FROM list_stats s
JOIN list l ON l.list_no = s.list_no
WHERE s.list_no = ANY ($1::int[])
ORDER BY 1
