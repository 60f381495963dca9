-- Campaigns that have lists, those with offers out first; parameters as those of cli_top.sql.
SELECT c.campaign_id, NULL, (SELECT count(*) FROM offer o WHERE o.campaign_no = c.campaign_no AND o.state < 9) AS offers_out,
       sum(s.ready), sum(s.total), NULL,
       CASE sum(s.total) WHEN 0 THEN 0 ELSE round(sum(s.contacted)::numeric / sum(s.total), 4) END,
       count(*), c.active, 'postgresql'
FROM campaign c JOIN list_stats s USING (campaign_no)
WHERE ($1::text IS NULL OR c.campaign_id = $1::text) AND ($2::boolean OR c.active)
GROUP BY c.campaign_no
ORDER BY offers_out DESC, sum(s.ready) DESC, c.campaign_id
