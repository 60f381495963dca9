-- Offers that a dialer may still start.
SELECT campaign_no, count(*) FROM offer
WHERE campaign_no = ANY ($1::int[]) AND state = 1 AND not_after > $2::timestamptz
GROUP BY 1
