INSERT INTO dnc_recheck (number_id) VALUES ($1::bigint)
