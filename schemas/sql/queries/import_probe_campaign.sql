-- A number is in few lists: all of them are looked up by (phone, list_no), then those of the campaign are kept.
SELECT found.phone
FROM unnest($1::bigint[]) AS wanted (phone)
CROSS JOIN LATERAL (
    SELECT l.phone
    FROM leads l
    WHERE l.phone = wanted.phone AND l.list_no <> $2::int
      AND EXISTS (SELECT FROM list_stats s WHERE s.list_no = l.list_no AND s.campaign_no = $3::int)
    LIMIT 1
) AS found
