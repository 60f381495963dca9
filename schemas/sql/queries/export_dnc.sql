-- Open entries that hold for the list: of all campaigns, and of its own. An entry that has expired by the
-- time (the first of the values: there is no filter) is none, whether or not it has been ended since.
SELECT [columns]
FROM dnc_entry l
JOIN number n USING (number_id)
WHERE l.removed_at IS NULL AND l.dnc_entry_no > $2::bigint AND l.dnc_entry_no <= $3::bigint AND [filter $4]
  AND (l.expires_at IS NULL OR l.expires_at > (SELECT ($4::text[])[1]::timestamptz))
  AND l.campaign_no IN (0, (SELECT campaign_no FROM list_stats WHERE list_no = $1::int))
ORDER BY l.dnc_entry_no
