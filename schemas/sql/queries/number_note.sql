-- The row of a number that is to be erased: a new one has no digits, and one that was erased does not get them back.
INSERT INTO number (digest)
SELECT $2::bytea WHERE NOT EXISTS (SELECT FROM number WHERE phone = $1::bigint)
ON CONFLICT (digest) DO NOTHING
