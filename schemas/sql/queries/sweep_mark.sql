-- The checkpoint of a lane ($6, as in sweep_begin.sql): it stood at $3 and stands at $4, and has counted $5.
-- No row: another process has the job, or the lane is not where it was read. Returns what all lanes have counted.
UPDATE jobs
SET mark = CASE $6::int
        WHEN 0 THEN coalesce(mark, '{}') || jsonb_build_object('lead_id', $4::bigint, 'counts', $5::jsonb)
        ELSE coalesce(mark, '{}')
             || jsonb_build_object('down', jsonb_build_object('lead_id', $4::bigint, 'counts', $5::jsonb)) END,
    result = (SELECT jsonb_object_agg(key, value::bigint + coalesce(
                  (CASE $6::int WHEN 0 THEN mark -> 'down' ELSE mark END -> 'counts' ->> key)::bigint, 0))
              FROM jsonb_each_text($5::jsonb)),
    deaths = 0
WHERE job_no = $1::bigint AND token = $2::bigint AND state = 'running'
  AND coalesce((CASE $6::int WHEN 0 THEN mark ELSE mark -> 'down' END ->> 'lead_id')::bigint,
               CASE $6::int WHEN 0 THEN 0 ELSE 9223372036854775807 END) = $3::bigint
RETURNING result::text
