-- Counts the attempts of an hour ($1, up to $2) from the ledger; what attempt_hour had of it gives way.
INSERT INTO attempt_hour AS h (list_no, hour, attempts, contacts)
SELECT list_no, $1::timestamptz, count(*), count(*) FILTER (WHERE contact)
FROM attempt
WHERE list_no IS NOT NULL AND recorded_at >= $1::timestamptz AND recorded_at < $2::timestamptz
GROUP BY list_no
ORDER BY list_no
ON CONFLICT (list_no, hour) DO UPDATE SET attempts = excluded.attempts, contacts = excluded.contacts
WHERE (h.attempts, h.contacts) <> (excluded.attempts, excluded.contacts)
