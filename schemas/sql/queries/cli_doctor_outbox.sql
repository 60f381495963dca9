SELECT id, lane, messages, (extract(epoch FROM $3::timestamptz - written_at) * 1000000)::bigint, payload
FROM outbox WHERE id > $1::bigint ORDER BY id LIMIT $2::int
