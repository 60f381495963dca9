-- Offers that no dialer started in time, made since one was last heard of; how many, and since when. One that was lost
-- before says nothing of a dialer that answered others.
SELECT campaign_no, count(*), min(o.made_at)
FROM offer o JOIN campaign_hopper h USING (campaign_no)
WHERE campaign_no = ANY ($1::int[]) AND o.state = 1 AND o.not_after <= $2::timestamptz
  AND o.made_at > coalesce(h.answered_at, '-infinity')
GROUP BY 1
