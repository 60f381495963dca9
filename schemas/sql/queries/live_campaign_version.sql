-- Drawn before the sums are read, and held until they are: a higher version saw no less.
INSERT INTO campaign_stats AS s (campaign_no, version) VALUES ($1::int, 1)
ON CONFLICT (campaign_no) DO UPDATE SET version = s.version + 1
RETURNING version
