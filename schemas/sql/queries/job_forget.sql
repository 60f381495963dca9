-- Which leads jobs were about, of those that ended before $1 and those that name somebody who was erased; some at a time.
UPDATE jobs SET params = params - 'where' - 'lead_ids' || '{"forgotten": true}'
WHERE job_no = ANY (ARRAY(SELECT job_no FROM jobs
                          WHERE (params ? 'where' OR params ? 'lead_ids')
                            AND finished_at IS NOT NULL AND (finished_at < $1::timestamptz OR erased)
                          LIMIT $2::int FOR UPDATE SKIP LOCKED))
