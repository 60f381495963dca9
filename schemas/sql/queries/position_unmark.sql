-- This try ended without a death.
UPDATE consumer_position
SET marked_times = marked_times - 1, marked_by = ''
WHERE consumer_group = $1 AND topic = $2 AND partition = $3::int AND epoch = $4::bigint
  AND marked_offset = $5::bigint AND marked_by = $6 AND marked_times > 0
