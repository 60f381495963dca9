-- What the job's last event says, or while it runs what its lanes have committed.
SELECT (jsonb_build_object(
           'rows', coalesce(sum(i.rows), 0), 'inserted', coalesce(sum(i.inserted), 0),
           'updated', coalesce(sum(i.updated), 0),
           'duplicate', coalesce(sum(i.duplicate_in_file + i.duplicate_in_list + i.duplicate_in_campaign), 0),
           'duplicate_in_file', coalesce(sum(i.duplicate_in_file), 0),
           'duplicate_in_list', coalesce(sum(i.duplicate_in_list), 0),
           'duplicate_in_campaign', coalesce(sum(i.duplicate_in_campaign), 0),
           'rejected', coalesce(sum(i.rejected), 0), 'unverified', coalesce(sum(i.unverified), 0),
           'dnc', coalesce(sum(i.dnc), 0),
           'bytes_done', coalesce(min(i.byte_offset) FILTER (WHERE NOT i.finished), max(i.byte_offset), 0))
        || jsonb_build_object('file', j.params ->> 'file', 'bytes_total', coalesce((j.params ->> 'size')::bigint, 0))
        || coalesce(j.result, '{}')
        || jsonb_build_object('job_id', j.job_no::text, 'kind', j.kind, 'list_id', l.list_id, 'state', j.state))::text,
       coalesce(extract(epoch FROM coalesce(j.finished_at, clock_timestamp()) - j.started_at), 0)::text
FROM jobs j
LEFT JOIN list l USING (list_no)
LEFT JOIN import_lane i USING (job_no)
WHERE j.job_no = $1::bigint
GROUP BY j.job_no, l.list_id
