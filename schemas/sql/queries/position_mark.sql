UPDATE consumer_position SET marked_offset = $5::bigint, marked_times = $6::int
WHERE consumer_group = $1 AND topic = $2 AND partition = $3::int AND epoch = $4::bigint AND next_offset <= $5::bigint
