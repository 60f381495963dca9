-- The digest alone finds a number whose phone was erased.
SELECT number_id, phone IS NULL FROM number WHERE phone = $1::bigint OR digest = $2::bytea
ORDER BY phone IS NULL, number_id
