-- The rules' next version, on the campaign and on the gates of its lists, in list order.
WITH stamp AS (
    UPDATE campaign SET rules_version = rules_version + 1 WHERE campaign_no = $1::int
    RETURNING active, rules_version
), locked AS (
    SELECT list_no FROM list_stats WHERE campaign_no = $1::int ORDER BY list_no FOR UPDATE
)
UPDATE list_stats s SET campaign_active = stamp.active, rules_version = stamp.rules_version
FROM locked CROSS JOIN stamp
WHERE s.list_no = locked.list_no
