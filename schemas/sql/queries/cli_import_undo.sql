-- What an import.undo would find.
WITH import AS (
    SELECT j.job_no, j.list_no, l.list_id, j.state,
           coalesce((j.result ->> 'updated')::bigint,
                    (SELECT sum(updated) FROM import_lane i WHERE i.job_no = j.job_no), 0) AS updated
    FROM jobs j JOIN list l USING (list_no)
    WHERE j.job_no = $1::bigint AND j.kind = 'import'
), lead AS (
    SELECT count(*) AS leads,
           count(*) FILTER (WHERE d.list_no <> i.list_no) AS moved,
           count(*) FILTER (WHERE d.list_no = i.list_no AND d.attempts_total > 0) AS called,
           count(*) FILTER (WHERE d.list_no = i.list_no AND d.attempts_total = 0 AND d.offer_id IS NOT NULL) AS offered,
           count(*) FILTER (WHERE d.list_no = i.list_no AND d.attempts_total = 0 AND d.offer_id IS NULL
                                  AND d.content_hash IS NULL) AS changed
    FROM import i
    JOIN leads d ON d.lead_id >= $1::bigint << 32 AND d.lead_id < ($1::bigint + 1) << 32
)
SELECT i.job_no, i.list_id, l.leads, l.leads - l.moved - l.called - l.offered - l.changed, l.called, l.offered, l.changed,
       l.moved, i.updated
FROM import i, lead l
