SELECT count(*) FILTER (WHERE p.epoch = v.epoch AND p.next_offset = v.after),
       count(*) FILTER (WHERE p.epoch = v.epoch AND p.next_offset = v.before)
FROM consumer_position p
JOIN unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[])
     AS v (topic, partition, epoch, before, after)
  ON p.topic = v.topic AND p.partition = v.partition
WHERE p.consumer_group = $1
