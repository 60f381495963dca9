INSERT INTO campaign_hopper AS h (campaign_no, wanted, wanted_at)
SELECT campaign_no, least($2::int, hopper_target), $3::timestamptz FROM campaign WHERE campaign_id = $1
ON CONFLICT (campaign_no) DO UPDATE SET wanted = excluded.wanted, wanted_at = excluded.wanted_at
RETURNING wanted
