SELECT l.list_id, c.campaign_id, s.total, s.ready, s.offered, s.finished, s.exhausted, s.dnc, s.invalid, s.contacted,
       s.attempted,
       CASE s.total WHEN 0 THEN 0 ELSE round(s.contacted::numeric / s.total, 4) END,
       CASE s.total WHEN 0 THEN 0 ELSE round(s.attempted::numeric / s.total, 4) END,
       coalesce((SELECT jsonb_object_agg(status, leads) FROM list_status t WHERE t.list_no = l.list_no AND leads <> 0),
                '{}')::text,
       (SELECT epoch FROM namespace), s.version, s.life, 'postgresql'
FROM list l
JOIN list_stats s USING (list_no)
JOIN campaign c ON c.campaign_no = s.campaign_no
WHERE l.list_id = $1
