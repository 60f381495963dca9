UPDATE list
SET name = $2, description = $3, priority = $4::smallint, updated_at = $5::timestamptz,
    windows = coalesce($6::jsonb, windows), campaign_no = coalesce(nullif($7::int, 0), campaign_no)
WHERE list_no = $1::int
