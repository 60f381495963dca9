-- Letters that are gone. $1: topic; $2: the oldest that is there
DELETE FROM dead_letter_mark WHERE topic = $1 AND letter_offset < $2::bigint
