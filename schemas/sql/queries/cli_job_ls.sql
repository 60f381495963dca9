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
FROM (
    SELECT j.*, row_number() OVER (ORDER BY job_no DESC) AS place
    FROM jobs j
    WHERE $1::text IS NULL OR list_no = (SELECT list_no FROM list WHERE list_id = $1::text)
) j
LEFT JOIN list l USING (list_no)
LEFT JOIN LATERAL (
    SELECT sum(rows)::bigint AS rows, sum(inserted)::bigint AS inserted, sum(updated)::bigint AS updated,
           sum(duplicate_in_file + duplicate_in_list + duplicate_in_campaign)::bigint AS duplicate,
           sum(rejected)::bigint AS rejected
    FROM import_lane i WHERE i.job_no = j.job_no
) i ON true
WHERE $2::bool OR j.place <= $3::bigint OR j.state IN ('queued', 'running')
ORDER BY j.job_no DESC
