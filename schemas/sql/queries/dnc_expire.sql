WITH ended AS (
    UPDATE dnc_entry SET removed_at = $2::timestamptz, removed_by = 'expired'
    WHERE number_id = ANY ($1::bigint[]) AND removed_at IS NULL AND expires_at <= $2::timestamptz
    RETURNING number_id
)
INSERT INTO dnc_recheck (number_id) SELECT DISTINCT number_id FROM ended
