SELECT rules_version FROM campaign WHERE campaign_no = $1::int
