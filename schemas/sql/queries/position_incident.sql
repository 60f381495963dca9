INSERT INTO consumer_incident (consumer_group, topic, partition, first_lost, next_kept, noticed_at)
VALUES ($1, $2, $3::int, $4::bigint, $5::bigint, $6::timestamptz)
