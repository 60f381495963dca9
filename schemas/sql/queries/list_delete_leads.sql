-- Deletes the leads of a list ($1) behind $2 up to $3 with their rows of ready_lead, and says what they were: how many of
-- each kind, and each that an offer is open for. The last column is how many rows of ready_lead were missing, which is
-- none where nobody changed a lead meanwhile.
WITH gone AS (
    DELETE FROM leads
    WHERE list_no = $1::int AND lead_id > $2::bigint AND lead_id <= $3::bigint
    RETURNING lead_id, lead_version, zone_set_no, stage, status, contacted, attempts, priority, due_at, callback_at,
              offer_id
), kind AS MATERIALIZED (
    SELECT stage, status, contacted, attempts > 0 AS attempted, zone_set_no, priority, callback_at IS NULL AS no_callback,
           CASE WHEN stage = 6 THEN due_at END AS due_at, offer_id, CASE WHEN offer_id IS NOT NULL THEN lead_id END AS lead_id,
           CASE WHEN offer_id IS NOT NULL THEN lead_version END AS lead_version, count(*) AS leads
    FROM gone
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
), ready AS (
    SELECT zone_set_no, CASE WHEN NOT attempted THEN 2 WHEN no_callback THEN 3 ELSE 1 END AS class,
           99 - priority AS lead_rank, coalesce(due_at, 'epoch') AS due_at, $2::bigint + 1 AS first, $3::bigint AS last
    FROM kind
    WHERE stage = 6
),
[include ready_key]
queued AS (
    DELETE FROM ready_lead r
    USING key k
[include ready_match]
    RETURNING 1
)
SELECT stage, status, contacted, attempted, sum(leads)::bigint, lead_id, lead_version, offer_id,
       (coalesce((SELECT sum(leads) FROM kind WHERE stage = 6), 0) - (SELECT count(*) FROM queued))::bigint
FROM kind
GROUP BY 1, 2, 3, 4, 6, 7, 8
ORDER BY lead_id NULLS LAST
