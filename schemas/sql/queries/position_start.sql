UPDATE consumer_position
SET next_offset = $5::bigint, claimed_offset = $5::bigint, fingerprint = NULL
WHERE consumer_group = $1 AND topic = $2 AND partition = $3::int AND epoch = $4::bigint AND halted IS NULL
