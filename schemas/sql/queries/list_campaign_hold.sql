-- Its rules do not change meanwhile (campaign_lock.sql).
SELECT campaign_no FROM campaign WHERE campaign_id = $1 FOR KEY SHARE
