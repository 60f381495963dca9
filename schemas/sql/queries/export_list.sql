-- A list, also one that was deleted: what outlives it.
SELECT l.list_no, coalesce(s.campaign_no, l.campaign_no), s.list_no IS NULL
FROM list l LEFT JOIN list_stats s USING (list_no)
WHERE l.list_id = $1
