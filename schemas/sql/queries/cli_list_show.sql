SELECT l.list_id, c.campaign_id, l.name, l.description, s.life, s.life = 'active', l.priority, s.total, s.ready,
       s.version,
       to_char(l.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(l.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
FROM list l
JOIN campaign c USING (campaign_no)
JOIN list_stats s USING (list_no)
WHERE l.list_id = $1
