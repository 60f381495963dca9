WITH entered AS (
    INSERT INTO dnc_entry (number_id, campaign_no, source, added_at)
    SELECT number_id, 0, $2, $3::timestamptz FROM unnest($1::bigint[]) AS v (number_id)
    RETURNING number_id
)
INSERT INTO dnc_recheck (number_id) SELECT number_id FROM entered
