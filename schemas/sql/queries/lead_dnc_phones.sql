-- Entries that expired hold no more, also before they are ended.
SELECT n.phone
FROM number n
WHERE n.phone = ANY ($1::bigint[])
  AND EXISTS (SELECT FROM dnc_entry e
              WHERE e.number_id = n.number_id AND e.campaign_no IN (0, $2::int) AND e.removed_at IS NULL
                AND (e.expires_at IS NULL OR e.expires_at > $3::timestamptz))
ORDER BY 1
