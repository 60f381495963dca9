-- Figures of the import that differ where they must not, or leads that no count knows of.
WITH job AS (
    SELECT state, result,
           (result ->> 'rows')::numeric AS rows,
           (result ->> 'inserted')::numeric AS inserted,
           (result ->> 'inserted')::numeric + (result ->> 'updated')::numeric + (result ->> 'duplicate')::numeric
               + (result ->> 'rejected')::numeric AS parts,
           (result ->> 'duplicate')::numeric AS duplicate,
           (result ->> 'duplicate_in_file')::numeric + (result ->> 'duplicate_in_list')::numeric
               + (result ->> 'duplicate_in_campaign')::numeric AS duplicates
    FROM jobs WHERE job_no = $1::bigint
), lane AS (
    SELECT count(*) AS lanes, coalesce(sum(rows), 0) AS rows, coalesce(sum(inserted), 0) AS inserted,
           coalesce(sum(inserted + updated + duplicate_in_file + duplicate_in_list + duplicate_in_campaign
                        + rejected), 0) AS parts
    FROM import_lane WHERE job_no = $1::bigint
), made AS (
    SELECT count(*) AS leads FROM leads
    WHERE lead_id >= $1::bigint << 32 AND lead_id < ($1::bigint + 1) << 32
)
SELECT 'checkpoints', 'rows ' || lane.rows, 'their parts ' || lane.parts FROM lane WHERE lane.rows <> lane.parts
UNION ALL
SELECT 'result', 'rows ' || job.rows, 'their parts ' || job.parts FROM job WHERE job.rows <> job.parts
UNION ALL
SELECT 'result', 'duplicate ' || job.duplicate, 'their parts ' || job.duplicates FROM job
WHERE job.duplicate <> job.duplicates
UNION ALL
SELECT 'result', 'rows ' || job.rows, 'checkpoints ' || lane.rows FROM job, lane
WHERE job.state = 'completed' AND lane.lanes > 0 AND job.rows <> lane.rows
UNION ALL
SELECT 'leads', 'there are ' || made.leads, 'inserted ' || coalesce(job.inserted, lane.inserted)
FROM job, lane, made WHERE made.leads > greatest(job.inserted, lane.inserted)
UNION ALL
SELECT 'result', 'completed', 'says nothing' FROM job WHERE state = 'completed' AND rows IS NULL
