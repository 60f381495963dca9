-- Some at a time, so that no round is long.
DELETE FROM command
WHERE ctid = ANY (ARRAY(SELECT ctid FROM command WHERE handled_at < $1::timestamptz LIMIT $2::int
                        FOR UPDATE SKIP LOCKED))
