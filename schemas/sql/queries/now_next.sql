-- The next list behind $1.
SELECT s.list_no, (SELECT l.list_id FROM list l WHERE l.list_no = s.list_no)
FROM list_stats s
WHERE s.list_no > $1::int
ORDER BY s.list_no
LIMIT 1
