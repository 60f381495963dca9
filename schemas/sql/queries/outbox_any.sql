-- Is there a row of these lanes?
SELECT id FROM outbox WHERE id > $1::bigint AND lane = ANY ($2::smallint[]) ORDER BY id LIMIT 1
