-- Events that wait in lanes $2 behind id $1, no more than $3 of them counted, and when the oldest was written.
SELECT count(*), (extract(epoch FROM min(written_at)) * 1000000)::bigint
FROM (SELECT written_at FROM outbox
      WHERE id > $1::bigint AND lane = ANY ($2::smallint[])
      ORDER BY id LIMIT $3::int) first
