-- Times are microseconds since 1970. Do-not-call entries of a number that hold at a time for a campaign, the longest first.
SELECT c.campaign_id, e.source, (extract(epoch FROM e.added_at) * 1000000)::bigint,
       (extract(epoch FROM e.expires_at) * 1000000)::bigint
FROM dnc_entry e LEFT JOIN campaign c USING (campaign_no)
WHERE e.number_id = $1::bigint AND e.removed_at IS NULL AND e.campaign_no IN (0, $2::int)
  AND (e.expires_at IS NULL OR e.expires_at > $3::timestamptz)
ORDER BY e.expires_at DESC NULLS FIRST
