-- Of these ids of lists ($1), campaigns ($2) and jobs ($3), those that there are not. $4: jobs that ended before it
-- are not shown any more. A list that was deleted keeps its row, but has no counters.
SELECT 'list', id FROM unnest($1::text[]) id
WHERE NOT EXISTS (SELECT FROM list JOIN list_stats USING (list_no) WHERE list_id = id)
UNION ALL
SELECT 'campaign', id FROM unnest($2::text[]) id WHERE NOT EXISTS (SELECT FROM campaign WHERE campaign_id = id)
UNION ALL
SELECT 'job', id FROM unnest($3::text[]) id
WHERE NOT EXISTS (SELECT FROM jobs
                  WHERE job_no = CASE WHEN id ~ '^[0-9]{1,18}$' THEN id::bigint END
                    AND (state IN ('queued', 'running') OR finished_at > $4::timestamptz))
