SELECT number_id, phone FROM number WHERE number_id = ANY ($1::bigint[]) ORDER BY number_id FOR UPDATE SKIP LOCKED
