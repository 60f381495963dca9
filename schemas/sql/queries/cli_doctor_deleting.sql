-- Lists whose deletion nobody works on.
SELECT l.list_id, s.total
FROM list_stats s JOIN list l USING (list_no)
WHERE s.life = 'deleting'
  AND NOT EXISTS (SELECT FROM jobs j WHERE j.kind = 'list.delete' AND j.list_no = s.list_no
                  AND j.state IN ('queued', 'running'))
ORDER BY l.list_id
