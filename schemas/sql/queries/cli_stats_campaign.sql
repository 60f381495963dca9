SELECT c.campaign_id, c.active, coalesce(h.held, ''), count(s.list_no), count(s.list_no) FILTER (WHERE s.life = 'active'),
       (SELECT count(*) FROM offer o WHERE o.campaign_no = c.campaign_no AND o.state < 9),
       coalesce(sum(s.total), 0), coalesce(sum(s.ready), 0), coalesce(sum(s.offered), 0), coalesce(sum(s.finished), 0),
       coalesce(sum(s.exhausted), 0), coalesce(sum(s.dnc), 0), coalesce(sum(s.invalid), 0),
       coalesce(sum(s.contacted), 0), coalesce(sum(s.attempted), 0),
       CASE coalesce(sum(s.total), 0) WHEN 0 THEN 0 ELSE round(sum(s.contacted)::numeric / sum(s.total), 4) END,
       CASE coalesce(sum(s.total), 0) WHEN 0 THEN 0 ELSE round(sum(s.attempted)::numeric / sum(s.total), 4) END,
       NULL, NULL, NULL, '{}',
       coalesce((SELECT jsonb_object_agg(status, leads)
                 FROM (SELECT t.status, sum(t.leads) AS leads FROM list_status t JOIN list_stats x USING (list_no)
                       WHERE x.campaign_no = c.campaign_no AND t.leads <> 0 GROUP BY 1) each), '{}')::text,
       (SELECT epoch FROM namespace), (SELECT version FROM campaign_stats v WHERE v.campaign_no = c.campaign_no), NULL,
       'postgresql'
FROM campaign c
LEFT JOIN list_stats s USING (campaign_no)
LEFT JOIN campaign_hopper h USING (campaign_no)
WHERE c.campaign_id = $1
GROUP BY c.campaign_no, h.held
