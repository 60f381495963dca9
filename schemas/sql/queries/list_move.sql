UPDATE list_stats s SET campaign_no = c.campaign_no, campaign_active = c.active, rules_version = c.rules_version
FROM campaign c
WHERE s.list_no = $1::int AND c.campaign_no = $2::int
