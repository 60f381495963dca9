-- An offer by its id ($1), or a lead ($2) with its open one.
SELECT lead_id, offer_id FROM offer WHERE $1::bigint <> 0 AND offer_id = $1::bigint
UNION ALL
SELECT d.lead_id, o.offer_id
FROM leads d
LEFT JOIN offer o ON o.lead_id = d.lead_id AND o.state < 9
WHERE $1::bigint = 0 AND d.lead_id = $2::bigint
