-- Offers of a campaign ($1), a list ($2), a lead ($3; 0: any), the latest $6; ended ones with $5 only. $4: now.
SELECT o.offer_id, o.lead_id, l.list_id, c.campaign_id,
       CASE o.state WHEN 1 THEN CASE WHEN o.not_after >= $4::timestamptz THEN 'live' ELSE 'reserved' END
                    WHEN 2 THEN 'started' WHEN 3 THEN 'revoked' ELSE 'ended' END,
       (ARRAY['callback', 'fresh', 'recycle'])[o.class],
       '+' || d.phone,
       to_char(o.made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(o.not_after AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(o.held_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(o.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(o.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       o.ended_by
FROM offer o
JOIN campaign c USING (campaign_no)
LEFT JOIN list l USING (list_no)
LEFT JOIN leads d USING (lead_id)
WHERE ($5::bool OR o.state < 9)
  AND ($1::text IS NULL OR c.campaign_id = $1::text)
  AND ($2::text IS NULL OR l.list_id = $2::text)
  AND ($3::bigint = 0 OR o.lead_id = $3::bigint)
ORDER BY o.offer_id DESC
LIMIT $6::bigint
