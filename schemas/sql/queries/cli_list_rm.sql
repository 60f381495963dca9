-- What goes with a list.
SELECT l.list_id, s.life, s.total, s.attempted, s.ready, s.finished, s.offered,
       (SELECT count(*) FROM jobs j WHERE j.state IN ('queued', 'running') AND 'list:' || l.list_no = ANY (j.slots))
FROM list l JOIN list_stats s USING (list_no)
WHERE l.list_id = $1
