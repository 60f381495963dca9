UPDATE consumer_position p
SET left_cleanly = true, marked_offset = NULL, marked_times = 0, marked_by = ''
FROM unnest($2::text[], $3::int[], $4::bigint[]) AS v (topic, partition, epoch)
WHERE p.consumer_group = $1 AND p.topic = v.topic AND p.partition = v.partition AND p.epoch = v.epoch
