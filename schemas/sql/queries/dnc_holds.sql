-- Entries that hold: the phone, and the campaign or 0.
SELECT n.phone, e.campaign_no
FROM number n
JOIN dnc_entry e ON e.number_id = n.number_id
WHERE n.number_id = ANY ($1::bigint[]) AND n.phone IS NOT NULL AND e.removed_at IS NULL
  AND (e.expires_at IS NULL OR e.expires_at > $2::timestamptz)
ORDER BY 1, 2
