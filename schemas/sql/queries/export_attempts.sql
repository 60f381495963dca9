-- Calls to leads that were in the list then.
SELECT [columns]
FROM attempt l
LEFT JOIN number n USING (number_id)
WHERE l.list_no = $1::int AND l.attempt_no > $2::bigint AND l.attempt_no <= $3::bigint AND [filter $4]
ORDER BY l.attempt_no
