-- Their time has come. $2: what an earlier look came to, so that one behind an old snapshot does not walk through what
-- it deleted.
DELETE FROM put_off
WHERE lead_id IN (SELECT lead_id FROM put_off WHERE until >= $2::timestamptz AND until <= $1::timestamptz
                  ORDER BY until LIMIT $3::int FOR UPDATE SKIP LOCKED)
RETURNING until
