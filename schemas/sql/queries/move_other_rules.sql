-- May leads that a job ($3) gave from one list ($1) to another ($2) have come by other rules than those of their list now?
-- Its campaign or windows are others; or rules were applied to either list while the job was there, which may have been
-- past the one and not yet at the other. A minute for clocks that differ.
SELECT t.campaign_no <> s.campaign_no OR tl.windows <> sl.windows OR EXISTS (
    SELECT FROM jobs j
    WHERE (j.kind = 'campaign.reapply' AND j.campaign_no IN (s.campaign_no, t.campaign_no)
           OR j.kind IN ('list.reapply', 'list.move') AND j.list_no IN (s.list_no, t.list_no))
      AND (j.finished_at IS NULL OR j.finished_at > m.created_at - interval '1 minute'))
FROM list_stats t JOIN list tl USING (list_no), list_stats s JOIN list sl USING (list_no), jobs m
WHERE t.list_no = $2::int AND s.list_no = $1::int AND m.job_no = $3::bigint
