-- Offers that may still be started, of lists that are not dialed for that campaign any more, and why.
SELECT o.offer_id, o.lead_id,
       CASE WHEN s.list_no IS NULL OR s.life = 'deleting' THEN 'list_deleted'
            WHEN s.campaign_no <> o.campaign_no THEN 'list_moved'
            WHEN s.life <> 'active' THEN 'list_paused'
            ELSE 'campaign_paused' END
FROM offer o LEFT JOIN list_stats s ON s.list_no = o.list_no
WHERE o.state = 1 AND o.campaign_no = ANY ($1::int[])
  AND (s.list_no IS NULL OR s.life <> 'active' OR NOT s.campaign_active OR s.campaign_no <> o.campaign_no)
ORDER BY o.lead_id LIMIT $2::int
