-- Locks the rows in list order, moves them all, and says what they are now.
WITH locked AS (
    SELECT list_no FROM list_stats WHERE list_no = ANY ($1::int[]) ORDER BY list_no FOR UPDATE
)
UPDATE list_stats s
SET version = s.version + 1,
    life = coalesce(v.life, s.life),
    total = s.total + v.total,
    dnc = s.dnc + v.dnc,
    invalid = s.invalid + v.invalid,
    finished = s.finished + v.finished,
    offered = s.offered + v.offered,
    exhausted = s.exhausted + v.exhausted,
    ready = s.ready + v.ready,
    contacted = s.contacted + v.contacted,
    attempted = s.attempted + v.attempted
FROM locked
JOIN unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::bigint[], $10::bigint[], $11::bigint[])
     AS v (list_no, life, total, dnc, invalid, finished, offered, exhausted, ready, contacted, attempted)
     ON v.list_no = locked.list_no
JOIN list l ON l.list_no = locked.list_no
WHERE s.list_no = locked.list_no
RETURNING s.list_no, l.list_id, (SELECT campaign_id FROM campaign c WHERE c.campaign_no = s.campaign_no),
          s.version, s.life, s.campaign_no, s.campaign_active, s.rules_version,
          s.total, s.dnc, s.invalid, s.finished, s.offered, s.exhausted, s.ready, s.contacted, s.attempted
