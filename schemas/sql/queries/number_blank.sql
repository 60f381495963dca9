-- Its digest stays. Who knows the entries' phones from before has to ask again.
WITH entries AS (
    UPDATE dnc_entry SET opened_xid = pg_current_xact_id() WHERE number_id = $1::bigint AND removed_at IS NULL
)
UPDATE number SET phone = NULL WHERE number_id = $1::bigint
