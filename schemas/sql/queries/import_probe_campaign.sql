SELECT l.phone
FROM leads l JOIN list_stats s ON s.list_no = l.list_no
WHERE l.phone = ANY ($1::bigint[]) AND s.campaign_no = $3::int AND l.list_no <> $2::int
