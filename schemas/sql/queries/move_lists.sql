-- Where leads of a list ($1) go ($2): the campaign, the life, and whether the campaign is another one.
SELECT t.campaign_no, t.life, t.campaign_no <> s.campaign_no
FROM list_stats t, list_stats s
WHERE t.list_no = $2::int AND s.list_no = $1::int
