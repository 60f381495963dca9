-- The list's counters beside a recount of its leads, all of them: name, counter, recount.
WITH lead AS MATERIALIZED (
    SELECT stage, status, contacted, attempts > 0 AS attempted, count(*) AS leads
    FROM leads WHERE list_no = $1::int
    GROUP BY 1, 2, 3, 4
), counted AS (
    SELECT coalesce(sum(leads), 0) AS total,
           coalesce(sum(leads) FILTER (WHERE stage = 1), 0) AS dnc,
           coalesce(sum(leads) FILTER (WHERE stage = 2), 0) AS invalid,
           coalesce(sum(leads) FILTER (WHERE stage = 3), 0) AS finished,
           coalesce(sum(leads) FILTER (WHERE stage = 4), 0) AS offered,
           coalesce(sum(leads) FILTER (WHERE stage = 5), 0) AS exhausted,
           coalesce(sum(leads) FILTER (WHERE stage = 6), 0) AS ready,
           coalesce(sum(leads) FILTER (WHERE contacted), 0) AS contacted,
           coalesce(sum(leads) FILTER (WHERE attempted), 0) AS attempted
    FROM lead
)
SELECT v.place, v.name, v.stored, v.counted
FROM list_stats s
CROSS JOIN counted c
CROSS JOIN LATERAL (VALUES
    (0, 'total', s.total, c.total), (1, 'dnc', s.dnc, c.dnc), (2, 'invalid', s.invalid, c.invalid),
    (3, 'finished', s.finished, c.finished), (4, 'offered', s.offered, c.offered),
    (5, 'exhausted', s.exhausted, c.exhausted), (6, 'ready', s.ready, c.ready),
    (7, 'contacted', s.contacted, c.contacted), (8, 'attempted', s.attempted, c.attempted)
) v (place, name, stored, counted)
WHERE s.list_no = $1::int AND v.stored <> v.counted
UNION ALL
SELECT 9, coalesce(t.status, p.status), coalesce(t.leads, 0), coalesce(p.leads, 0)
FROM (SELECT status, leads FROM list_status WHERE list_no = $1::int AND leads <> 0) t
FULL JOIN (SELECT status, sum(leads) AS leads FROM lead GROUP BY status) p USING (status)
WHERE coalesce(t.leads, 0) <> coalesce(p.leads, 0)
ORDER BY 1, 2
