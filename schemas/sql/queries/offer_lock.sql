-- As they are now: who holds the lead, or the number where the lead is gone, holds its offers.
SELECT o.offer_id, o.lead_id, o.number_id, o.list_no, o.campaign_no, o.state, o.made_at, o.not_after, o.held_until,
       o.started_at, o.ended_by IN ('expired', 'released'), c.campaign_id
FROM (SELECT * FROM offer WHERE offer_id = ANY ($1::bigint[]) ORDER BY offer_id) o
JOIN campaign c ON c.campaign_no = o.campaign_no
ORDER BY o.offer_id
