-- Counters of the list by stage (domain/stage.h), and what decides about its ready leads.
SELECT l.list_no, s.campaign_no, s.life, l.windows::text, coalesce(h.held, '') <> '', s.rules_version, s.total, s.dnc, s.invalid,
       s.finished, s.offered, s.exhausted, s.ready
FROM list l JOIN list_stats s USING (list_no)
LEFT JOIN campaign_hopper h ON h.campaign_no = s.campaign_no
WHERE l.list_id = $1
