-- The job's next event, and what every event of a job says: about its list, or about its campaign when it has none, or
-- about the namespace.
UPDATE jobs j SET event_n = j.event_n + 1, progress_at = $2::timestamptz
WHERE j.job_no = $1::bigint
RETURNING j.event_n, j.kind, j.state, j.command_id,
          CASE WHEN j.list_no IS NOT NULL THEN 'list_id' WHEN j.campaign_no <> 0 THEN 'campaign_id'
               ELSE 'namespace' END,
          CASE WHEN j.list_no IS NOT NULL THEN (SELECT list_id FROM list l WHERE l.list_no = j.list_no)
               WHEN j.campaign_no <> 0
               THEN (SELECT campaign_id FROM campaign c WHERE c.campaign_no = j.campaign_no)
               ELSE current_schema()::text END,
          j.traceparent, j.tracestate
