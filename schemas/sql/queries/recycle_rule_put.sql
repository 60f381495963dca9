INSERT INTO recycle_rule (campaign_no, disposition, max_attempts, intervals_s, windows, min_distance_s)
VALUES ($1::int, $2, $3::int, $4::int[], $5::jsonb, $6::int)
ON CONFLICT (campaign_no, disposition) DO UPDATE
SET max_attempts = excluded.max_attempts, intervals_s = excluded.intervals_s, windows = excluded.windows,
    min_distance_s = excluded.min_distance_s
