DELETE FROM call_known
WHERE ctid = ANY (ARRAY(SELECT ctid FROM call_known WHERE recorded_at < $1::timestamptz LIMIT $2::int
                        FOR UPDATE SKIP LOCKED))
