-- Counts processes that tried the message, not tries: the same one marks again after a lost reply or a rejoin.
UPDATE consumer_position
SET marked_times = CASE
        WHEN marked_offset IS DISTINCT FROM $5::bigint THEN 1
        WHEN marked_by = $6 THEN marked_times
        ELSE marked_times + 1
    END,
    marked_offset = $5::bigint,
    marked_by = $6
WHERE consumer_group = $1 AND topic = $2 AND partition = $3::int AND epoch = $4::bigint AND next_offset <= $5::bigint
RETURNING marked_times
