SELECT j.job_no, j.kind, l.list_id, j.state, j.cancel_requested, j.command_id, j.source, j.params::text,
       (CASE WHEN j.finished_at IS NOT NULL AND j.result IS NOT NULL OR j.result - 'waiting' <> '{}' THEN '{}'
             ELSE (SELECT to_jsonb(i) FROM (
           SELECT coalesce(sum(rows), 0) AS rows, coalesce(sum(inserted), 0) AS inserted,
                  coalesce(sum(updated), 0) AS updated, coalesce(sum(duplicate_in_file), 0) AS duplicate_in_file,
                  coalesce(sum(duplicate_in_list), 0) AS duplicate_in_list,
                  coalesce(sum(duplicate_in_campaign), 0) AS duplicate_in_campaign,
                  coalesce(sum(rejected), 0) AS rejected
           FROM import_lane WHERE job_no = j.job_no) i) END || coalesce(j.result, '{}'))::text,
       to_char(j.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(j.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(j.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
FROM jobs j
LEFT JOIN list l USING (list_no)
WHERE j.job_no = $1::bigint
