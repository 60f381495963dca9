-- The next list behind $1; with $2 only that one. The first time ($1 = 0) also how many there are.
SELECT l.list_no, l.list_id,
       CASE WHEN $1::int = 0 THEN (SELECT count(*) FROM list_stats WHERE $2::int = 0 OR list_no = $2::int) END
FROM list l JOIN list_stats s USING (list_no)
WHERE l.list_no > $1::int AND ($2::int = 0 OR l.list_no = $2::int)
ORDER BY l.list_no
LIMIT 1
