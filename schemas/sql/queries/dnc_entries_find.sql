-- Open entries of these numbers for one campaign, or for every one (0).
SELECT n.phone, e.dnc_entry_no, e.expires_at
FROM unnest($1::bigint[]) AS v (number_id)
CROSS JOIN LATERAL (SELECT phone FROM number WHERE number.number_id = v.number_id OFFSET 0) n
CROSS JOIN LATERAL (
    SELECT dnc_entry_no, expires_at FROM dnc_entry
    WHERE dnc_entry.number_id = v.number_id AND campaign_no = $2::int AND removed_at IS NULL OFFSET 0
) e
