UPDATE command SET replies = replies + 1
WHERE source = $1 AND command_id = $2
RETURNING body_sha256 = $3::bytea, reply_type, reply, replies
