SELECT number_id FROM dnc_entry WHERE removed_at IS NULL AND expires_at <= $1::timestamptz
ORDER BY expires_at LIMIT $2::int
