-- One that has started goes on; one that was revoked or has ended needs no other word. Its dialer is that of the
-- campaign that made it.
UPDATE offer SET state = 3 WHERE offer_id = ANY ($1::bigint[]) AND state = 1
RETURNING offer_id, (SELECT campaign_id FROM campaign c WHERE c.campaign_no = offer.campaign_no)
