-- The list that the mark is in, or the next one of the campaign; NULL for the campaign: this list alone.
SELECT s.list_no, s.campaign_no, l.windows::text
FROM list_stats s JOIN list l ON l.list_no = s.list_no
WHERE CASE WHEN $2::int IS NULL THEN s.campaign_no = $1::int AND s.list_no >= $3::int ELSE s.list_no = $2::int END
ORDER BY s.list_no
LIMIT 1
