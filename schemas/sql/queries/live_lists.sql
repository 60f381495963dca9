-- Lists behind $1 with their counters, as list.stats tells them. $2: how many. $3: only these, or NULL.
SELECT s.list_no, (SELECT l.list_id FROM list l WHERE l.list_no = s.list_no),
       (SELECT c.campaign_id FROM campaign c WHERE c.campaign_no = s.campaign_no), s.life, s.version,
       coalesce((SELECT jsonb_object_agg(status, leads) FROM list_status t WHERE t.list_no = s.list_no AND leads <> 0),
                '{}')::text,
       (SELECT epoch FROM namespace),
       s.total, s.ready, s.offered, s.finished, s.exhausted, s.dnc, s.invalid, s.contacted, s.attempted
FROM list_stats s
WHERE s.list_no > $1::int
  AND ($3::text[] IS NULL OR s.list_no = ANY (ARRAY(SELECT n.list_no FROM list n WHERE n.list_id = ANY ($3::text[]))))
ORDER BY s.list_no
LIMIT $2::int
