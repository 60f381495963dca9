INSERT INTO command (source, command_id, body_sha256, reply_type, reply, handled_at)
VALUES ($1, $2, $3::bytea, $4, $5, $6::timestamptz)
