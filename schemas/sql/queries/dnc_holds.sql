-- Entries that hold: the phone, and the campaign or 0. By the numbers, of which there are few, never by all entries.
SELECT n.phone, e.campaign_no
FROM unnest($1::bigint[]) AS v (number_id)
CROSS JOIN LATERAL (SELECT campaign_no FROM dnc_entry
                    WHERE number_id = v.number_id AND removed_at IS NULL
                      AND (expires_at IS NULL OR expires_at > $2::timestamptz) OFFSET 0) e
CROSS JOIN LATERAL (SELECT phone FROM number WHERE number_id = v.number_id AND phone IS NOT NULL OFFSET 0) n
ORDER BY 1, 2
