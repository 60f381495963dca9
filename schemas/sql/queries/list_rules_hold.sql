-- The campaign of a list, whose rules do not change meanwhile; none when the list is to be given to another one ($2).
SELECT c.campaign_no
FROM list l JOIN list_stats s ON s.list_no = l.list_no JOIN campaign c ON c.campaign_no = s.campaign_no
WHERE l.list_id = $1 AND ($2::int = 0 OR c.campaign_no = $2::int)
FOR UPDATE OF c
