SELECT consumer_group, topic, partition, next_offset, generation
FROM consumer_position WHERE consumer_group = $1 AND topic = $2 AND partition = $3::int
