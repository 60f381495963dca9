-- pg_current_xact_id() runs below the sort, so before any id is drawn: a transaction that has drawn an id
-- always has its transaction number already, which the floor relies on (outbox_floor.h).
INSERT INTO outbox (lane, messages, payload, written_at)
SELECT lane, messages, payload, $4::timestamptz
FROM unnest($1::smallint[], $2::int[], $3::bytea[]) WITH ORDINALITY AS row (lane, messages, payload, place)
CROSS JOIN pg_current_xact_id()
ORDER BY place
