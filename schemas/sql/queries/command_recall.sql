-- The number of the reply: command.h.
UPDATE command SET replies = replies + 1
WHERE source = $1 AND command_id = $2
RETURNING body_sha256 = $3::bytea, reply_type, reply,
          (extract(epoch FROM handled_at) * 1000000)::bigint + replies
