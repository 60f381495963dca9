INSERT INTO list_status AS s (list_no, status, leads)
SELECT list_no, status, leads FROM unnest($1::int[], $2::text[], $3::bigint[]) AS v (list_no, status, leads)
ORDER BY list_no, status
ON CONFLICT (list_no, status) DO UPDATE SET leads = s.leads + excluded.leads
