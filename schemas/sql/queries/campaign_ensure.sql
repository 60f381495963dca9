INSERT INTO campaign (campaign_id, name, created_at) VALUES ($1, $1, $2::timestamptz)
ON CONFLICT (campaign_id) DO NOTHING
