-- Leads whose open offer another campaign made.
SELECT v.lead_id
FROM unnest($1::bigint[]) AS v (lead_id)
CROSS JOIN LATERAL (SELECT campaign_no FROM offer WHERE offer.lead_id = v.lead_id AND state < 9 OFFSET 0) o
WHERE o.campaign_no <> $2::int
