SELECT l.list_id, j.state,
       coalesce((j.result ->> 'updated')::bigint, (SELECT sum(updated) FROM import_lane i WHERE i.job_no = j.job_no), 0)
FROM jobs j JOIN list l USING (list_no)
WHERE j.job_no = $1::bigint AND j.kind = 'import'
