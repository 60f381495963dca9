-- Leads of a list that meet a filter, by where they stand.
SELECT t.list_id, count(l), count(l) FILTER (WHERE l.attempts > 0), count(l) FILTER (WHERE l.stage = 6),
       count(l) FILTER (WHERE l.stage = 5), count(l) FILTER (WHERE l.stage = 4), count(l) FILTER (WHERE l.stage = 3),
       count(l) FILTER (WHERE l.stage = 2), count(l) FILTER (WHERE l.stage = 1)
FROM list t LEFT JOIN leads l ON l.list_no = t.list_no AND [filter $2]
WHERE t.list_id = $1 AND t.deleted_at IS NULL
GROUP BY t.list_id
