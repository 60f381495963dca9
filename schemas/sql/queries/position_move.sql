UPDATE consumer_position p
SET next_offset = v.after,
    fingerprint = v.fingerprint,
    marked_offset = NULL,
    marked_times = 0, marked_by = '',
    careful_until = CASE WHEN p.careful_until > v.after THEN p.careful_until END
FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
     AS v (topic, partition, epoch, before, after, fingerprint)
WHERE p.consumer_group = $1 AND p.topic = v.topic AND p.partition = v.partition
  AND p.epoch = v.epoch -- guard POSITION_EPOCH
  AND p.next_offset = v.before -- guard POSITION_OFFSET
  AND p.halted IS NULL
