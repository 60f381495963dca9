-- Up to when every partition of the outcomes is known to be read; null while one is not known.
SELECT CASE WHEN count(read_until) >= $2::int THEN min(read_until) END
FROM consumer_position WHERE consumer_group = $1 AND topic = $3
