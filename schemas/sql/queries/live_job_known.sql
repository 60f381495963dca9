-- Is there such a job, however long ago it ended?
SELECT EXISTS (SELECT FROM jobs WHERE job_no = CASE WHEN $1 ~ '^[0-9]{1,18}$' THEN $1::bigint END)
