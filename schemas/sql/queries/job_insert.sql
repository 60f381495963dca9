INSERT INTO jobs (job_no, kind, list_no, campaign_no, slots, source, command_id, params, state, created_at,
                  traceparent, tracestate)
SELECT nextval('id_block_seq'), $1, nullif($2::int, 0), nullif($3::int, 0), $4::text[], $5, $6, $7::jsonb, 'queued', $8::timestamptz,
       $9, $10
RETURNING job_no
