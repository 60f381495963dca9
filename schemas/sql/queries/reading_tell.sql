-- By the claim that read them.
UPDATE consumer_position p SET read_until = v.read_until
FROM unnest($3::int[], $4::bigint[], $5::timestamptz[]) AS v (partition, epoch, read_until)
WHERE p.consumer_group = $1 AND p.topic = $2 AND p.partition = v.partition AND p.epoch = v.epoch
