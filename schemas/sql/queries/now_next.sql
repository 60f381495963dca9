-- The next list behind $1, round and round.
SELECT l.list_no, l.list_id FROM list l JOIN list_stats s USING (list_no)
ORDER BY l.list_no <= $1::int, l.list_no
LIMIT 1
