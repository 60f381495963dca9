-- Entries, and another look at their numbers once all that runs now has ended.
WITH made AS (
    INSERT INTO dnc_entry (number_id, campaign_no, source, added_at, expires_at)
    SELECT number_id, $3::int, $4, $5::timestamptz, expires_at
    FROM unnest($1::bigint[], $2::timestamptz[]) AS v (number_id, expires_at)
    RETURNING number_id
)
INSERT INTO dnc_recheck (number_id) SELECT number_id FROM made
