-- A new generation: what is read from here on is other input, whatever offsets it has.
UPDATE consumer_position
SET generation = generation + 1, epoch = epoch + 1, owner = '', next_offset = $4::bigint, fingerprint = NULL,
    claimed_offset = NULL, left_cleanly = true, careful_until = NULL, marked_offset = NULL, marked_times = 0, marked_by = '',
    halted = NULL
WHERE consumer_group = $1 AND topic = $2 AND partition = $3::int
