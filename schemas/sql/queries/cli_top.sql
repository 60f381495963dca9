-- Lists, those with offers out first. $1: of this campaign, or NULL. $2: those that are not active, too.
SELECT l.list_id, c.campaign_id, NULL, s.offered, s.ready, s.total, NULL,
       CASE s.total WHEN 0 THEN 0 ELSE round(s.contacted::numeric / s.total, 4) END,
       CASE s.total WHEN 0 THEN 0 ELSE round(s.attempted::numeric / s.total, 4) END, s.contacted, NULL, s.life
FROM list l JOIN list_stats s USING (list_no) JOIN campaign c ON c.campaign_no = s.campaign_no
WHERE ($1::text IS NULL OR c.campaign_id = $1::text) AND ($2::boolean OR (s.campaign_active AND s.life = 'active'))
ORDER BY s.offered DESC, s.ready DESC, l.list_id
