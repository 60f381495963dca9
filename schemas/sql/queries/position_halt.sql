UPDATE consumer_position SET halted = $5
WHERE consumer_group = $1 AND topic = $2 AND partition = $3::int AND epoch = $4::bigint
