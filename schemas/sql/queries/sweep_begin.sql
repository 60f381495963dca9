-- Where a lane ($3: 0 goes up from the first lead, 1 down from the last) of a job stands, and what it has counted.
SELECT coalesce((own ->> 'lead_id')::bigint, CASE $3::int WHEN 0 THEN 0 ELSE 9223372036854775807 END),
       coalesce(own -> 'counts', '{}')::text
FROM jobs, LATERAL (SELECT CASE $3::int WHEN 0 THEN mark ELSE mark -> 'down' END AS own) o
WHERE job_no = $1::bigint AND token = $2::bigint AND state = 'running'
