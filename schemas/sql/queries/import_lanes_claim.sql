INSERT INTO import_lane AS l (job_no, lane, token)
SELECT $1::bigint, lane, $2::bigint FROM generate_series(0, $3::int - 1) AS lane
ORDER BY lane
ON CONFLICT (job_no, lane) DO UPDATE SET token = excluded.token
