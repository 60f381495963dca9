-- All slots of the job, in order, or fewer rows than it has slots when another job holds one.
WITH wanted AS (
    SELECT unnest(slots) AS slot FROM jobs WHERE job_no = $1::bigint ORDER BY 1
), taken AS (
    INSERT INTO job_slot (slot, job_no) SELECT slot, $1::bigint FROM wanted ORDER BY slot
    ON CONFLICT (slot) DO NOTHING
    RETURNING slot
)
SELECT (SELECT count(*) FROM wanted) =
       (SELECT count(*) FROM taken) + (SELECT count(*) FROM job_slot WHERE job_no = $1::bigint)
