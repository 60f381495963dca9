-- $1: topic; $2: offset; $3: written_ms; $4: state; $5: now
INSERT INTO dead_letter_mark (topic, letter_offset, written_ms, state, marked_at)
VALUES ($1, $2::bigint, $3::bigint, $4, $5::timestamptz)
ON CONFLICT (topic, letter_offset, written_ms) DO UPDATE SET state = EXCLUDED.state, marked_at = EXCLUDED.marked_at
