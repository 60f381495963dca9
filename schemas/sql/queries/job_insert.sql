INSERT INTO jobs (job_no, kind, list_no, campaign_no, slots, source, command_id, params, state, created_at)
SELECT nextval('id_block_seq'), $1, nullif($2::int, 0), nullif($3::int, 0), $4::text[], $5, $6, $7::jsonb, 'queued', $8::timestamptz
RETURNING job_no
