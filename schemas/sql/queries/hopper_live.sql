-- Offers that a dialer may still start; the campaign's rules and its dialer's wish as they are now.
SELECT c.campaign_no, c.rules_version, h.wanted, h.wanted_at,
       (SELECT count(*) FROM offer o WHERE o.campaign_no = c.campaign_no AND o.state = 1 AND o.not_after > $2::timestamptz)
FROM campaign c JOIN campaign_hopper h ON h.campaign_no = c.campaign_no
WHERE c.campaign_no = ANY ($1::int[])
