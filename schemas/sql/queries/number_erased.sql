-- Phones whose numbers were erased, as their digests tell, and whether an entry of theirs holds ($3: campaign, $4: now).
SELECT v.phone,
       EXISTS (SELECT FROM dnc_entry e
               WHERE e.number_id = n.number_id AND e.campaign_no IN (0, $3::int) AND e.removed_at IS NULL
                 AND (e.expires_at IS NULL OR e.expires_at > $4::timestamptz))
FROM unnest($1::bigint[], $2::bytea[]) AS v (phone, digest)
CROSS JOIN LATERAL (SELECT number_id FROM number WHERE digest = v.digest AND number.phone IS NULL OFFSET 0) n
