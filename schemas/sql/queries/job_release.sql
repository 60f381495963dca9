-- $4: the code of what it waits for, or nothing. It stands in the result until the next claim. A job with which as many
-- processes died as may ($5) ends for it, whatever puts off that end.
UPDATE jobs
SET lease_until = clock_timestamp() + $3::bigint * interval '1 ms', owner = '',
    deaths = CASE WHEN deaths >= $5::bigint THEN deaths ELSE 0 END,
    result = CASE WHEN $4::text IS NULL THEN result
                  ELSE coalesce(result, '{}') || jsonb_build_object('waiting', $4::text) END
WHERE job_no = $1::bigint AND token = $2::bigint AND state = 'running'
