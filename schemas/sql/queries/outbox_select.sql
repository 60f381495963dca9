SELECT id, lane, payload
FROM outbox
WHERE id > $1::bigint AND lane = ANY ($2::smallint[])
ORDER BY id
LIMIT $3::int
