-- The job's next event, and what every event of a job says: about its list, or about its campaign when it has none.
UPDATE jobs j SET event_n = j.event_n + 1, progress_at = $2::timestamptz
WHERE j.job_no = $1::bigint
RETURNING j.event_n, j.kind, j.state, j.command_id,
          CASE WHEN j.list_no IS NULL THEN 'campaign_id' ELSE 'list_id' END,
          CASE WHEN j.list_no IS NULL THEN (SELECT campaign_id FROM campaign c WHERE c.campaign_no = j.campaign_no)
               ELSE (SELECT list_id FROM list l WHERE l.list_no = j.list_no) END
