-- Open offers of a lead and of its number. Times are microseconds since 1970.
SELECT o.offer_id, o.lead_id, (extract(epoch FROM o.held_until) * 1000000)::bigint,
       (extract(epoch FROM o.not_after) * 1000000)::bigint, (extract(epoch FROM o.started_at) * 1000000)::bigint, c.campaign_id,
       CASE o.state WHEN 1 THEN 'made' WHEN 2 THEN 'started' ELSE 'revoked' END
FROM offer o JOIN campaign c USING (campaign_no)
WHERE o.state < 9 AND (o.lead_id = $1::bigint OR o.number_id = $2::bigint)
ORDER BY o.offer_id
