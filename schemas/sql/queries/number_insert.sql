INSERT INTO number (phone, digest) VALUES ($1::bigint, $2::bytea)
ON CONFLICT (digest) DO UPDATE SET phone = excluded.phone WHERE number.phone IS NULL
