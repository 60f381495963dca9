-- As number_make.sql, of numbers that were erased; in one order, so that two do not wait for each other.
WITH found AS MATERIALIZED (
    SELECT n.number_id, v.phone
    FROM unnest($1::bigint[], $2::bytea[]) AS v (phone, digest)
    CROSS JOIN LATERAL (SELECT number_id FROM number WHERE digest = v.digest AND number.phone IS NULL OFFSET 0) n
), back AS (
    SELECT n.number_id, found.phone
    FROM found
    JOIN number n ON n.number_id = found.number_id
    ORDER BY n.number_id
    FOR UPDATE OF n
), kept AS (
    UPDATE number SET phone = back.phone FROM back WHERE number.number_id = back.number_id
    RETURNING number.number_id
)
UPDATE dnc_entry SET opened_xid = pg_current_xact_id()
WHERE dnc_entry_no = ANY (ARRAY(
    SELECT e.dnc_entry_no
    FROM kept
    CROSS JOIN LATERAL (SELECT dnc_entry_no FROM dnc_entry
                        WHERE number_id = kept.number_id AND removed_at IS NULL OFFSET 0) e))
