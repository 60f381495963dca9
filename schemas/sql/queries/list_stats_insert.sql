INSERT INTO list_stats (list_no, life, campaign_no, campaign_active, rules_version)
SELECT l.list_no, $2, c.campaign_no, c.active, c.rules_version
FROM list l JOIN campaign c ON c.campaign_no = l.campaign_no
WHERE l.list_no = $1::int
