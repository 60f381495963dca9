-- In the order of the index, so that two that make the same ones do not wait for each other. A phone that comes back
-- to an erased number brings that number's entries back with it.
WITH kept AS (
    INSERT INTO number (phone, digest)
    SELECT phone, digest FROM unnest($1::bigint[], $2::bytea[]) AS v (phone, digest) ORDER BY phone
    ON CONFLICT (digest) DO UPDATE SET phone = excluded.phone WHERE number.phone IS NULL
    RETURNING number_id
)
UPDATE dnc_entry SET opened_xid = pg_current_xact_id()
WHERE number_id IN (SELECT number_id FROM kept) AND removed_at IS NULL
