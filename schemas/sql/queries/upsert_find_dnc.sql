-- As lead_dnc_phones.sql, for phones of several campaigns.
SELECT p.phone, p.campaign_no
FROM (SELECT DISTINCT phone, campaign_no FROM unnest($1::bigint[], $2::int[]) AS v (phone, campaign_no)
      ORDER BY 1, 2 OFFSET 0) p
CROSS JOIN LATERAL (SELECT number_id FROM number WHERE number.phone = p.phone LIMIT 1) n
CROSS JOIN LATERAL (SELECT FROM dnc_entry e
                    WHERE e.number_id = n.number_id AND e.campaign_no IN (0, p.campaign_no) AND e.removed_at IS NULL
                      AND (e.expires_at IS NULL OR e.expires_at > $3::timestamptz)
                    LIMIT 1) e
