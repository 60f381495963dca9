-- The newer owner has the higher epoch. Careful mode: the previous owner left without a word, and nothing
-- had moved since it came.
INSERT INTO consumer_position AS p (consumer_group, topic, partition, epoch, owner, left_cleanly)
VALUES ($1, $2, $3::int, 1, $4, false)
ON CONFLICT (consumer_group, topic, partition) DO UPDATE
SET epoch = p.epoch + 1,
    owner = excluded.owner,
    left_cleanly = false,
    claimed_offset = p.next_offset,
    careful_until = CASE
        WHEN NOT p.left_cleanly AND p.claimed_offset = p.next_offset AND p.owner <> excluded.owner
            THEN greatest(p.careful_until, p.next_offset + $5::int)
        ELSE p.careful_until
    END
RETURNING generation, epoch, next_offset, fingerprint, careful_until, halted
