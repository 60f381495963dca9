-- In the order of the index, so that two that make the same ones do not wait for each other. A phone that comes back
-- to an erased number (then xmax is set) brings that number's entries back with it. Rows that were made, by phone.
WITH kept AS (
    INSERT INTO number (phone, digest)
    SELECT phone, digest FROM unnest($1::bigint[], $2::bytea[]) AS v (phone, digest) ORDER BY phone
    ON CONFLICT (digest) DO UPDATE SET phone = excluded.phone WHERE number.phone IS NULL
    RETURNING phone, number_id, xmax <> 0 AS came_back
), opened AS (
    UPDATE dnc_entry SET opened_xid = pg_current_xact_id()
    WHERE dnc_entry_no = ANY (ARRAY(
        SELECT e.dnc_entry_no
        FROM kept
        CROSS JOIN LATERAL (SELECT dnc_entry_no FROM dnc_entry
                            WHERE number_id = kept.number_id AND removed_at IS NULL OFFSET 0) e
        WHERE kept.came_back))
)
SELECT phone, number_id FROM kept ORDER BY phone
