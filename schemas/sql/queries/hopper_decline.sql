-- Campaigns that this worker cannot lead are free for others at once.
UPDATE campaign_hopper SET lease_until = '-infinity' WHERE owner = $1 AND campaign_no = ANY ($2::int[])
