UPDATE campaign_hopper SET held = $2 WHERE campaign_no = $1::int AND held <> $2
