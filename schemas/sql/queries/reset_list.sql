-- A list that was deleted has no gate any more.
SELECT l.list_no, coalesce(s.campaign_no, l.campaign_no), coalesce(s.life, 'deleted')
FROM list l LEFT JOIN list_stats s USING (list_no)
WHERE l.list_id = $1
