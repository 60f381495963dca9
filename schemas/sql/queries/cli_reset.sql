-- Leads of a list ($1) that a filter ($2) names, by where they stand, and what list.reset would make of them. $3: leave
-- those with an offer.
WITH meant AS (
    SELECT l.list_no, l.attempts, l.stage,
[include reset_fate]
    FROM list t JOIN leads l USING (list_no)
    CROSS JOIN LATERAL (SELECT [named $2] IS TRUE AS named, $3::boolean AS skip_offered) asked
    WHERE t.list_id = $1 AND [filter $2]
)
SELECT t.list_id, count(m), count(m) FILTER (WHERE m.attempts > 0), count(m) FILTER (WHERE m.stage = 6),
       count(m) FILTER (WHERE m.stage = 5), count(m) FILTER (WHERE m.stage = 4), count(m) FILTER (WHERE m.stage = 3),
       count(m) FILTER (WHERE m.stage = 2), count(m) FILTER (WHERE m.stage = 1), count(m) FILTER (WHERE m.fate = 0),
       count(m) FILTER (WHERE m.fate = 1), count(m) FILTER (WHERE m.fate = 2), count(m) FILTER (WHERE m.fate = 3)
FROM list t LEFT JOIN meant m USING (list_no)
WHERE t.list_id = $1 AND t.deleted_at IS NULL
GROUP BY t.list_id
