-- As they are now: who holds the lead, or the number where the lead is gone, holds its offers.
SELECT offer_id, lead_id, number_id, list_no, campaign_no, state, made_at, not_after, held_until, started_at,
       ended_by IN ('expired', 'released'), (SELECT campaign_id FROM campaign c WHERE c.campaign_no = offer.campaign_no)
FROM offer WHERE offer_id = ANY ($1::bigint[])
ORDER BY offer_id
