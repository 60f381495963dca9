-- Jobs behind $1 that go on, or ended since $3, as their last events told. $2: how many. Times are microseconds.
SELECT j.job_no, j.event_n,
       ((CASE WHEN j.finished_at IS NOT NULL OR j.kind <> 'import' THEN '{}' ELSE jsonb_build_object(
            'rows', coalesce(sum(i.rows), 0), 'inserted', coalesce(sum(i.inserted), 0),
            'updated', coalesce(sum(i.updated), 0),
            'duplicate', coalesce(sum(i.duplicate_in_file + i.duplicate_in_list + i.duplicate_in_campaign), 0),
            'duplicate_in_file', coalesce(sum(i.duplicate_in_file), 0),
            'duplicate_in_list', coalesce(sum(i.duplicate_in_list), 0),
            'duplicate_in_campaign', coalesce(sum(i.duplicate_in_campaign), 0),
            'rejected', coalesce(sum(i.rejected), 0), 'unverified', coalesce(sum(i.unverified), 0),
            'dnc', coalesce(sum(i.dnc), 0), 'file', j.params ->> 'file',
            'bytes_total', coalesce((j.params ->> 'size')::bigint, 0),
            'bytes_done', coalesce(min(i.byte_offset) FILTER (WHERE NOT i.finished), max(i.byte_offset), 0)) END)
        || coalesce(j.result - 'waiting', '{}')
        || jsonb_strip_nulls(jsonb_build_object('kind', j.kind, 'list_id', l.list_id,
               'campaign_id', CASE WHEN j.list_no IS NULL THEN c.campaign_id END, 'state', j.state)))::text,
       (extract(epoch FROM j.started_at) * 1000000)::bigint,
       (extract(epoch FROM coalesce(j.progress_at, j.created_at)) * 1000000)::bigint
FROM jobs j
LEFT JOIN list l USING (list_no)
LEFT JOIN campaign c ON c.campaign_no = j.campaign_no
LEFT JOIN import_lane i USING (job_no)
WHERE j.job_no > $1::bigint AND (j.state IN ('queued', 'running') OR j.finished_at > $3::timestamptz)
GROUP BY j.job_no, l.list_id, c.campaign_id
ORDER BY j.job_no
LIMIT $2::int
