-- Whoever ordered a job so long ago that the command is not known any more gives the id away.
WITH old AS (
    UPDATE jobs SET forgotten = true
    WHERE source = $5 AND command_id = $6 AND NOT forgotten AND created_at < $11::timestamptz
    RETURNING 1
)
INSERT INTO jobs (job_no, kind, list_no, campaign_no, slots, source, command_id, params, state, created_at,
                  traceparent, tracestate)
SELECT nextval('id_block_seq'), $1, nullif($2::int, 0), nullif($3::int, 0), $4::text[], $5, $6, $7::jsonb, 'queued', $8::timestamptz,
       $9, $10
FROM (SELECT count(*) FROM old) AS first
RETURNING job_no
