-- Takes free or expired lanes from $5 on and below $6, in lane order, up to a fair share; and renews those that are held.
WITH held AS (
    UPDATE outbox_lane SET lease_until = clock_timestamp() + $2::bigint * interval '1 ms'
    WHERE owner = $1 AND lane = ANY ($4::smallint[])
    RETURNING lane, epoch
), free AS (
    SELECT lane FROM outbox_lane
    WHERE lane >= $5::int AND lane < $6::int
      AND (lease_until < clock_timestamp() OR owner = '') AND NOT (owner = $1 AND lane = ANY ($4::smallint[]))
    ORDER BY lane
    LIMIT $3::int
    FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE outbox_lane SET owner = $1, epoch = epoch + 1,
           lease_until = clock_timestamp() + $2::bigint * interval '1 ms'
    WHERE lane IN (SELECT lane FROM free)
    RETURNING lane, epoch
)
SELECT lane, epoch FROM held UNION ALL SELECT lane, epoch FROM taken ORDER BY 1
