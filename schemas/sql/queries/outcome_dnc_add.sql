-- Numbers whose owner asked not to be called: on the list of every campaign, unless an open entry says so for ever.
WITH asked AS (
    SELECT DISTINCT number_id FROM unnest($1::bigint[]) AS v (number_id)
), ended AS (
    UPDATE dnc_entry e SET removed_at = $2::timestamptz, removed_by = 'replaced'
    FROM asked
    WHERE e.number_id = asked.number_id AND e.campaign_no = 0 AND e.removed_at IS NULL AND e.expires_at IS NOT NULL
    RETURNING e.number_id
)
SELECT number_id FROM asked
WHERE number_id IN (SELECT number_id FROM ended)
   OR NOT EXISTS (SELECT FROM dnc_entry e
                  WHERE e.number_id = asked.number_id AND e.campaign_no = 0 AND e.removed_at IS NULL)
ORDER BY 1
