-- Leads of the list that dialing has wrong, by what is wrong; one of each is named. $2: now.
WITH lead AS (
    SELECT lead_id, phone, list_no, stage, dnc, offer_id,
           CASE WHEN dnc THEN 1 WHEN hold & 2 <> 0 THEN 2 WHEN hold & 1 <> 0 THEN 3 WHEN offer_id IS NOT NULL THEN 4
                WHEN hold & 4 <> 0 THEN 5 ELSE 6 END AS made
    FROM leads WHERE list_no = $1::int
), stage (no, name) AS (
    VALUES (1, 'dnc'), (2, 'invalid'), (3, 'finished'), (4, 'offered'), (5, 'exhausted'), (6, 'ready')
), wrong AS (
    SELECT 'stage' AS what, lead_id, s.name AS said, m.name || ' by its facts' AS facts
    FROM lead JOIN stage s ON s.no = stage JOIN stage m ON m.no = made WHERE stage <> made
    UNION ALL
    SELECT 'offer', lead_id, 'set on the lead', 'no such offer is open'
    FROM lead l
    WHERE offer_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM offer o WHERE o.offer_id = l.offer_id AND o.lead_id = l.lead_id AND o.state < 9)
    UNION ALL
    SELECT 'offer', o.lead_id, 'open', 'the lead knows of another, or of none'
    FROM offer o JOIN lead l USING (lead_id) WHERE o.state < 9 AND l.offer_id IS DISTINCT FROM o.offer_id
    UNION ALL
    SELECT 'number', l.lead_id, 'has an entry that holds', 'the lead is not dnc'
    FROM dnc_entry e
    JOIN number n USING (number_id)
    JOIN lead l USING (phone)
    JOIN list_stats s USING (list_no)
    WHERE e.removed_at IS NULL AND (e.expires_at IS NULL OR e.expires_at > $2::timestamptz) AND NOT l.dnc
      AND e.campaign_no IN (0, s.campaign_no)
      AND NOT EXISTS (SELECT FROM dnc_recheck r WHERE r.number_id = e.number_id)
      AND NOT EXISTS (SELECT FROM jobs j WHERE j.state IN ('queued', 'running')
                      AND j.kind IN ('campaign.reapply', 'list.move', 'list.reapply')
                      AND (j.list_no = $1::int OR j.campaign_no = s.campaign_no))
), ready AS (
    SELECT lead_id, list_no, coalesce(gate_no, 1) AS gate_no,
           CASE WHEN attempts = 0 THEN 2 WHEN callback_at IS NULL THEN 3 ELSE 1 END AS class,
           99 - priority AS lead_rank, coalesce(due_at, 'epoch') AS due_at
    FROM leads LEFT JOIN zone_set USING (zone_set_no) WHERE list_no = $1::int AND stage = 6
), queue AS (
    SELECT * FROM ready_lead WHERE list_no = $1::int
)
SELECT what || ' of ' || count(*) || ' leads, such as ' || min(lead_id), said, facts FROM wrong GROUP BY what, said, facts
UNION ALL
SELECT 'queue, ' || count(*) || ' leads, such as ' || min(lead_id),
       CASE WHEN bool_or(r IS NULL) AND bool_or(q IS NULL) THEN 'rows missing or under another key'
            WHEN bool_or(q IS NULL) THEN 'rows missing' ELSE 'rows too many' END, 'the leads say otherwise'
FROM ready r FULL JOIN queue q USING (lead_id, list_no, gate_no, class, lead_rank, due_at)
WHERE r IS NULL OR q IS NULL
HAVING count(*) > 0
