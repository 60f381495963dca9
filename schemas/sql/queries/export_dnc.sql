-- Open entries that hold for the list: of all campaigns, and of its own.
SELECT [columns]
FROM dnc_entry l
JOIN number n USING (number_id)
WHERE l.removed_at IS NULL AND l.dnc_entry_no > $2::bigint AND l.dnc_entry_no <= $3::bigint AND [filter $4]
  AND l.campaign_no IN (0, (SELECT campaign_no FROM list_stats WHERE list_no = $1::int))
ORDER BY l.dnc_entry_no
