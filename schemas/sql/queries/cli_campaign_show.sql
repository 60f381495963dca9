SELECT c.campaign_id, c.name, c.active, coalesce(h.held, ''), c.lead_order, c.default_country, c.assume_zones,
       c.windows::text, c.law_pack, c.hopper_target, c.offer_lifetime_s, c.reserve_s, c.max_attempts, c.cap_calls,
       c.cap_window_s, c.cap_gap_s, c.rules_version, count(s.list_no), coalesce(sum(s.total), 0), coalesce(sum(s.ready), 0),
       to_char(c.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM campaign c LEFT JOIN list_stats s USING (campaign_no) LEFT JOIN campaign_hopper h USING (campaign_no)
WHERE c.campaign_id = $1
GROUP BY c.campaign_no, h.held
