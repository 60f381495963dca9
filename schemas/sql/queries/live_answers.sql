-- What calls came to since $1, by campaign.
SELECT campaign_no, status, count(*), count(*) FILTER (WHERE contact)
FROM attempt
WHERE recorded_at > $1::timestamptz AND recorded_at <= $2::timestamptz AND campaign_no IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2
