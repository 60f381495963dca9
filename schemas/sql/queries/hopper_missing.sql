INSERT INTO campaign_hopper (campaign_no)
SELECT campaign_no FROM campaign c
WHERE NOT EXISTS (SELECT FROM campaign_hopper h WHERE h.campaign_no = c.campaign_no)
ON CONFLICT DO NOTHING
