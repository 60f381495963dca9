-- What an import.undo would find, and keep as undo_plan() in importer/import_undo.c and undo_changed.sql do.
WITH import AS (
    SELECT j.job_no, j.list_no, l.list_id, j.state,
           coalesce((j.result ->> 'updated')::bigint,
                    (SELECT sum(updated) FROM import_lane i WHERE i.job_no = j.job_no), 0) AS updated,
           EXISTS (SELECT FROM jobs o
                   WHERE o.kind = 'import' AND o.list_no = j.list_no AND o.job_no > j.job_no
                     AND coalesce((o.result ->> 'updated')::bigint,
                                  (SELECT sum(updated) FROM import_lane i WHERE i.job_no = o.job_no), 0) > 0)
               AS updated_later
    FROM jobs j JOIN list l USING (list_no)
    WHERE j.job_no = $1::bigint AND j.kind = 'import'
), fate AS (
    SELECT CASE WHEN d.list_no <> i.list_no THEN 'moved'
                WHEN d.attempts_total > 0 OR d.called_at IS NOT NULL THEN 'called'
                WHEN d.offer_id IS NOT NULL THEN 'offered'
                WHEN d.content_hash IS NULL OR (i.updated_later AND d.lead_version > 1) THEN 'changed'
                ELSE 'deleted' END AS fate
    FROM import i
    JOIN leads d ON d.lead_id >= $1::bigint << 32 AND d.lead_id < ($1::bigint + 1) << 32
), lead AS (
    SELECT count(*) AS leads, count(*) FILTER (WHERE fate = 'deleted') AS deleted,
           count(*) FILTER (WHERE fate = 'called') AS called, count(*) FILTER (WHERE fate = 'offered') AS offered,
           count(*) FILTER (WHERE fate = 'changed') AS changed, count(*) FILTER (WHERE fate = 'moved') AS moved
    FROM fate
)
SELECT i.job_no, i.list_id, l.leads, l.deleted, l.called, l.offered, l.changed, l.moved, i.updated
FROM import i, lead l
