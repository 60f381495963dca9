SELECT list_no, jsonb_object_agg(status, leads)::text
FROM list_status WHERE list_no = ANY ($1::int[]) AND leads <> 0
GROUP BY list_no
