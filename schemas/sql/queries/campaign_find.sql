SELECT campaign_no FROM campaign WHERE campaign_id = $1
