SELECT campaign_no, default_country FROM campaign WHERE campaign_id = $1
