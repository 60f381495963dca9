-- Leads that are not as their import ($3) made them: what the CRM changed has no hash of a row any more. What another
-- import changed has that import's, which nothing tells from the first: so all that were written again count, when an
-- import into the list changed leads since.
WITH later AS (
    SELECT EXISTS (SELECT FROM jobs j
                   WHERE j.kind = 'import' AND j.list_no = $2::int AND j.job_no > $3::bigint
                     AND coalesce((j.result ->> 'updated')::bigint,
                                  (SELECT sum(updated) FROM import_lane i WHERE i.job_no = j.job_no), 0) > 0) AS updated
)
SELECT lead_id FROM leads, later
WHERE lead_id = ANY ($1::bigint[]) AND (content_hash IS NULL OR (later.updated AND lead_version > 1))
ORDER BY lead_id
