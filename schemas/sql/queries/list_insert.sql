INSERT INTO list (list_id, name, description, campaign_no, priority, created_at, updated_at)
SELECT $1, $2, $3, campaign_no, $5::smallint, $6::timestamptz, $6::timestamptz
FROM campaign WHERE campaign_id = $4
ON CONFLICT (list_id) DO NOTHING
RETURNING list_no
