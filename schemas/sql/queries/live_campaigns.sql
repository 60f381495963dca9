-- Sums of the lists of each campaign, or of the one ($1; then with the leads per status). offers_out: with dialers.
SELECT c.campaign_no, c.campaign_id, c.active, coalesce(h.held, ''), count(s.list_no),
       count(s.list_no) FILTER (WHERE s.life = 'active'),
       (SELECT count(*) FROM offer o WHERE o.campaign_no = c.campaign_no AND o.state < 9),
       coalesce(sum(s.version), 0),
       coalesce(sum(s.total), 0), coalesce(sum(s.ready), 0), coalesce(sum(s.offered), 0), coalesce(sum(s.finished), 0),
       coalesce(sum(s.exhausted), 0), coalesce(sum(s.dnc), 0), coalesce(sum(s.invalid), 0),
       coalesce(sum(s.contacted), 0), coalesce(sum(s.attempted), 0),
       CASE WHEN $1::int <> 0 THEN coalesce((
           SELECT jsonb_object_agg(status, leads)::text
           FROM (SELECT t.status, sum(t.leads) AS leads
                 FROM list_status t JOIN list_stats x USING (list_no)
                 WHERE x.campaign_no = $1::int AND t.leads <> 0 GROUP BY 1) each), '{}') END
FROM campaign c
LEFT JOIN list_stats s USING (campaign_no)
LEFT JOIN campaign_hopper h USING (campaign_no)
WHERE $1::int = 0 OR c.campaign_no = $1::int
GROUP BY c.campaign_no, h.held
ORDER BY c.campaign_no
