-- Counters of the list that differ from a recount of its leads.
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
), per_status AS (
    SELECT status, sum(leads) AS leads FROM lead GROUP BY status
)
SELECT v.name, 'counter ' || v.stored, 'recount ' || v.counted
FROM list_stats s
CROSS JOIN counted c
CROSS JOIN LATERAL (VALUES
    ('total', s.total, c.total), ('dnc', s.dnc, c.dnc), ('invalid', s.invalid, c.invalid),
    ('finished', s.finished, c.finished), ('offered', s.offered, c.offered),
    ('exhausted', s.exhausted, c.exhausted), ('ready', s.ready, c.ready),
    ('contacted', s.contacted, c.contacted), ('attempted', s.attempted, c.attempted)
) v (name, stored, counted)
WHERE s.list_no = $1::int AND v.stored <> v.counted
UNION ALL
SELECT 'status ' || coalesce(t.status, p.status), 'counter ' || coalesce(t.leads, 0),
       'recount ' || coalesce(p.leads, 0)
FROM (SELECT status, leads FROM list_status WHERE list_no = $1::int AND leads <> 0) t
FULL JOIN per_status p USING (status)
WHERE coalesce(t.leads, 0) <> coalesce(p.leads, 0)
UNION ALL
SELECT 'list_stats', 'no row', 'there is a list'
WHERE NOT EXISTS (SELECT FROM list_stats WHERE list_no = $1::int)
