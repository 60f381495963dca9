-- Is there a row of these lanes? Asked outside of a transaction (db_look()), so with the schema's name.
SELECT id FROM [schema].outbox WHERE id > $1::bigint AND lane = ANY ($2::smallint[]) ORDER BY id LIMIT 1
