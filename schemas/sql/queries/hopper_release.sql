UPDATE campaign_hopper SET lease_until = '-infinity' WHERE owner = $1 AND lease_until > clock_timestamp()
