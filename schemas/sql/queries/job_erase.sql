-- Jobs whose filter holds the digits of a number forget it: those that have ended now, the others after their end.
UPDATE jobs
SET erased = true,
    params = CASE WHEN finished_at IS NULL THEN params
                  ELSE params - 'where' - 'lead_ids' || '{"forgotten": true}' END
WHERE job_no = ANY (ARRAY(SELECT job_no FROM jobs
                          WHERE (params ? 'where' OR params ? 'lead_ids')
                            AND position($1::bigint::text IN coalesce(params ->> 'where', '')) > 0
                          ORDER BY job_no FOR UPDATE))
