-- The custom fields that the list's leads have: at most $2 of them, '' for those that are too long to be named, which
-- come last; and how many there are.
SELECT CASE WHEN octet_length(key) <= 128 THEN key ELSE '' END, count(*) OVER ()
FROM (SELECT DISTINCT k.key FROM leads l, jsonb_object_keys(l.custom) AS k (key) WHERE l.list_no = $1::int) k
ORDER BY octet_length(key) NOT BETWEEN 1 AND 128, key
LIMIT $2::bigint
