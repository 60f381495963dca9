-- Attempts and contacts of the list ($1) by hour since $2, as far as they are in attempt_hour. Times are microseconds.
SELECT (extract(epoch FROM hour) * 1000000)::bigint, attempts, contacts
FROM attempt_hour
WHERE list_no = $1::int AND hour >= $2::timestamptz
