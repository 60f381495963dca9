-- Look-ups by index in the order of phones: LIMIT keeps the planner from joining whole tables. Entries that
-- expired hold no more, also before they are ended.
SELECT p.phone
FROM (SELECT phone FROM unnest($1::bigint[]) AS v (phone) ORDER BY 1 OFFSET 0) p
CROSS JOIN LATERAL (SELECT number_id FROM number WHERE number.phone = p.phone LIMIT 1) n
CROSS JOIN LATERAL (SELECT FROM dnc_entry e
                    WHERE e.number_id = n.number_id AND e.campaign_no IN (0, $2::int) AND e.removed_at IS NULL
                      AND (e.expires_at IS NULL OR e.expires_at > $3::timestamptz)
                    LIMIT 1) e
ORDER BY 1
