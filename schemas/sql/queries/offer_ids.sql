SELECT nextval('offer_id_seq') FROM generate_series(1, $1::int)
