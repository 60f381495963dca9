SELECT l.list_id, c.campaign_id, s.life, s.total, s.ready, NULL, s.offered, s.contacted,
       CASE s.total WHEN 0 THEN 0 ELSE round(s.contacted::numeric / s.total, 4) END,
       CASE s.total WHEN 0 THEN 0 ELSE round(s.attempted::numeric / s.total, 4) END, NULL, NULL
FROM list l JOIN list_stats s USING (list_no) JOIN campaign c ON c.campaign_no = s.campaign_no
ORDER BY s.campaign_active DESC, s.offered DESC, s.ready DESC, l.list_id
LIMIT $1::bigint
