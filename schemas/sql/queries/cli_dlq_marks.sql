-- $1: a topic; $2: the first offset of interest
SELECT letter_offset, written_ms, state FROM dead_letter_mark
WHERE topic = $1 AND letter_offset >= $2::bigint
ORDER BY letter_offset
