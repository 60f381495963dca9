-- Lists behind $1 with their counters, as list.stats tells them. $2: how many. $3: only these, or NULL.
SELECT l.list_no, l.list_id, c.campaign_id, s.life, s.version,
       coalesce((SELECT jsonb_object_agg(status, leads) FROM list_status t WHERE t.list_no = l.list_no AND leads <> 0),
                '{}')::text,
       (SELECT epoch FROM namespace),
       s.total, s.ready, s.offered, s.finished, s.exhausted, s.dnc, s.invalid, s.contacted, s.attempted
FROM list l
JOIN list_stats s USING (list_no)
JOIN campaign c ON c.campaign_no = s.campaign_no
WHERE l.list_no > $1::int AND ($3::text[] IS NULL OR l.list_id = ANY ($3::text[]))
ORDER BY l.list_no
LIMIT $2::int
