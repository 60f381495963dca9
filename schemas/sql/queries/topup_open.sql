SELECT number_id FROM offer WHERE number_id = ANY ($1::bigint[]) AND state < 9
ORDER BY 1
