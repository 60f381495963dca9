-- Events that wait in lanes $2 behind id $1, no more than $3 of them counted, and when the oldest was written; open jobs.
SELECT o.waiting, o.oldest_us, j.queued, j.running
FROM (SELECT count(*) AS waiting, (extract(epoch FROM min(written_at)) * 1000000)::bigint AS oldest_us
      FROM (SELECT written_at FROM outbox
            WHERE id > $1::bigint AND lane = ANY ($2::smallint[])
            ORDER BY id LIMIT $3::int) first) o
CROSS JOIN (SELECT count(*) FILTER (WHERE state = 'queued') AS queued,
                   count(*) FILTER (WHERE state = 'running') AS running
            FROM jobs WHERE state IN ('queued', 'running')) j
