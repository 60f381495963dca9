-- As number_make.sql, of numbers that were erased; in one order, so that two do not wait for each other.
WITH back AS (
    SELECT n.number_id, v.phone
    FROM unnest($1::bigint[], $2::bytea[]) AS v (phone, digest)
    JOIN number n ON n.digest = v.digest AND n.phone IS NULL
    ORDER BY n.number_id
    FOR UPDATE OF n
), kept AS (
    UPDATE number SET phone = back.phone FROM back WHERE number.number_id = back.number_id
    RETURNING number.number_id
)
UPDATE dnc_entry SET opened_xid = pg_current_xact_id()
WHERE number_id IN (SELECT number_id FROM kept) AND removed_at IS NULL
