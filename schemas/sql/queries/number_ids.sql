SELECT v.phone, n.number_id
FROM (SELECT phone FROM unnest($1::bigint[]) AS v (phone) ORDER BY 1 OFFSET 0) v
CROSS JOIN LATERAL (SELECT number_id FROM number WHERE number.phone = v.phone LIMIT 1) n
ORDER BY 1
