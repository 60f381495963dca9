-- Where the leads of a list are: for each number of a job or block that they have (lead_id >> 32), the highest
-- lead_id below the next. One look-up in the index a block; at most $2 of them.
WITH RECURSIVE block (first) AS (
    (SELECT lead_id FROM leads WHERE list_no = $1::int ORDER BY lead_id LIMIT 1)
    UNION ALL
    SELECT (SELECT l.lead_id FROM leads l WHERE l.list_no = $1::int AND l.lead_id > b.first | 4294967295
            ORDER BY l.lead_id LIMIT 1)
    FROM block b WHERE b.first IS NOT NULL
)
SELECT first, (SELECT l.lead_id FROM leads l WHERE l.list_no = $1::int AND l.lead_id <= b.first | 4294967295
               ORDER BY l.lead_id DESC LIMIT 1)
FROM block b WHERE first IS NOT NULL
LIMIT $2::bigint
