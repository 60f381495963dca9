-- Counts are those of the last event, or of the lanes while the job runs.
SELECT j.job_no, j.kind, l.list_id, j.state,
       coalesce((j.result ->> 'rows')::bigint, (j.result ->> 'leads')::bigint, i.rows, 0),
       coalesce((j.result ->> 'inserted')::bigint, i.inserted, 0),
       coalesce((j.result ->> 'updated')::bigint, i.updated, 0),
       coalesce((j.result ->> 'duplicate')::bigint, i.duplicate, 0),
       coalesce((j.result ->> 'rejected')::bigint, i.rejected, 0),
       j.params ->> 'file',
       to_char(j.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       to_char(j.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM jobs j
LEFT JOIN list l USING (list_no)
LEFT JOIN LATERAL (
    SELECT sum(rows)::bigint AS rows, sum(inserted)::bigint AS inserted, sum(updated)::bigint AS updated,
           sum(duplicate_in_file + duplicate_in_list + duplicate_in_campaign)::bigint AS duplicate,
           sum(rejected)::bigint AS rejected
    FROM import_lane i WHERE i.job_no = j.job_no
) i ON true
WHERE ($1::text IS NULL OR j.list_no = (SELECT list_no FROM list WHERE list_id = $1::text))
  AND ($2::bool OR j.state IN ('queued', 'running')
       OR j.job_no = ANY (ARRAY(SELECT job_no FROM jobs
                                WHERE $1::text IS NULL OR list_no = (SELECT list_no FROM list WHERE list_id = $1::text)
                                ORDER BY job_no DESC LIMIT $3::bigint)))
ORDER BY j.job_no DESC
