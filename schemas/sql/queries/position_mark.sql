UPDATE consumer_position
SET marked_times = CASE WHEN marked_offset = $5::bigint THEN marked_times + 1 ELSE 1 END, marked_offset = $5::bigint
WHERE consumer_group = $1 AND topic = $2 AND partition = $3::int AND epoch = $4::bigint AND next_offset <= $5::bigint
RETURNING marked_times
