-- Renews all lanes of $1 from $4 on and below $5, and takes free or expired ones of them, in lane order, $3 at most;
-- none of $6, which it had.
WITH held AS (
    UPDATE outbox_lane SET lease_until = clock_timestamp() + $2::bigint * interval '1 ms'
    WHERE owner = $1 AND lane >= $4::int AND lane < $5::int
    RETURNING lane
), free AS (
    SELECT lane FROM outbox_lane
    WHERE lane >= $4::int AND lane < $5::int AND (lease_until < clock_timestamp() OR owner = '') AND owner <> $1
      AND lane <> ALL ($6::smallint[])
    ORDER BY lane
    LIMIT $3::int
    FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE outbox_lane SET owner = $1, epoch = epoch + 1,
           lease_until = clock_timestamp() + $2::bigint * interval '1 ms'
    WHERE lane IN (SELECT lane FROM free)
    RETURNING lane
)
SELECT lane FROM held UNION ALL SELECT lane FROM taken ORDER BY 1
