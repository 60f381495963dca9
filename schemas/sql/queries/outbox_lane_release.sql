UPDATE outbox_lane SET owner = '', lease_until = '-infinity' WHERE owner = $1 AND lane = ANY ($2::smallint[])
