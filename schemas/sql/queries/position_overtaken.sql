SELECT count(*)
FROM consumer_position p
JOIN unnest($2::text[], $3::int[], $4::bigint[]) AS v (topic, partition, epoch)
  ON p.topic = v.topic AND p.partition = v.partition
WHERE p.consumer_group = $1 AND p.epoch > v.epoch
