SELECT c.campaign_id, c.name, c.active, c.lead_order, c.law_pack, c.hopper_target, c.max_attempts,
       count(s.list_no), coalesce(sum(s.total), 0), coalesce(sum(s.ready), 0)
FROM campaign c LEFT JOIN list_stats s USING (campaign_no)
GROUP BY c.campaign_no
ORDER BY c.campaign_id
