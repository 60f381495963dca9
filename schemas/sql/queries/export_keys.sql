-- The custom fields that the list's leads have, at most $2.
SELECT DISTINCT key
FROM leads l, jsonb_object_keys(l.custom) AS key
WHERE l.list_no = $1::int
ORDER BY key
LIMIT $2::bigint
