DELETE FROM move_note
WHERE ctid = ANY (ARRAY(SELECT ctid FROM move_note WHERE noted_at < $1::timestamptz LIMIT $2::int
                        FOR UPDATE SKIP LOCKED))
