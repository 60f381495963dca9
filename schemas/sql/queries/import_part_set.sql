INSERT INTO import_part (job_no, lane, token, size_bytes) VALUES ($1::bigint, $2::smallint, $3::bigint, $4::bigint)
ON CONFLICT (job_no, lane, token) DO UPDATE SET size_bytes = excluded.size_bytes
RETURNING set_config('idle_in_transaction_session_timeout', '5000', true)
