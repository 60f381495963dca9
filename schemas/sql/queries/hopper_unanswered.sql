-- Offers that no dialer started in time, and since when.
SELECT campaign_no, count(*), min(made_at) FROM offer
WHERE campaign_no = ANY ($1::int[]) AND state = 1 AND not_after <= $2::timestamptz
GROUP BY 1
