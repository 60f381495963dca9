-- Gives those leads of a list ($1) behind $2 up to $3 that a filter ($4) names to another list ($5) of a campaign ($6);
-- $7: now. What a lead was is read without a lock; the update waits for others, and takes no row that they changed.
-- That the other list has such a lead its unique indexes tell. A lead that was ready and is so there takes its row of
-- ready_lead along, and what a top-up noted (recycler/put_off.h); "+ 0" as in move_clash.sql.
-- Rows as of reset_leads.sql; the fate is 0.
WITH was AS MATERIALIZED (
    SELECT l.ctid AS place, l.xmin AS seen, l.lead_id, l.stage, l.hold, l.offer_id,
           coalesce((SELECT true FROM number n
                     CROSS JOIN LATERAL (SELECT FROM dnc_entry e
                                         WHERE e.number_id = n.number_id AND e.campaign_no IN (0, $6::int)
                                           AND e.removed_at IS NULL
                                           AND (e.expires_at IS NULL OR e.expires_at > $7::timestamptz)
                                         LIMIT 1) e
                     WHERE n.phone = l.phone LIMIT 1), false) AS dnc
    FROM leads l
    WHERE l.list_no = $1::int AND l.lead_id > $2::bigint AND l.lead_id <= $3::bigint AND [filter $4]
    ORDER BY l.lead_id
), moved AS (
    UPDATE leads l
    SET list_no = $5::int, lead_version = l.lead_version + 1, dnc = was.dnc,
        stage = CASE WHEN was.dnc THEN 1 WHEN was.hold & 2 <> 0 THEN 2 WHEN was.hold & 1 <> 0 THEN 3
                     WHEN was.offer_id IS NOT NULL THEN 4 WHEN was.hold & 4 <> 0 THEN 5 ELSE 6 END
    FROM was
    WHERE l.ctid = was.place AND l.xmin = was.seen AND l.lead_id = was.lead_id
    RETURNING l.lead_id, l.lead_version, l.stage, was.stage AS stage_was, l.status, l.attempts, l.contacted, l.offer_id,
              l.external_id, l.zone_set_no,
              CASE WHEN l.attempts = 0 THEN 2 WHEN l.callback_at IS NULL THEN 3 ELSE 1 END AS class,
              99 - l.priority AS lead_rank, coalesce(l.due_at, 'epoch') AS due_at
), ready AS (
    SELECT zone_set_no, class, lead_rank, due_at, min(lead_id) AS first, max(lead_id) AS last
    FROM moved
    WHERE stage_was = 6
    GROUP BY 1, 2, 3, 4
),
[include ready_key]
stayed AS (
    UPDATE ready_lead r
    SET list_no = $5::int
    FROM key k
[include ready_match]
      AND (r.lead_id IN (SELECT lead_id FROM moved WHERE stage = 6 AND stage_was = 6)) IS TRUE
    RETURNING 1
), went AS (
    DELETE FROM ready_lead r
    USING key k
[include ready_match]
      AND (r.lead_id IN (SELECT lead_id FROM moved WHERE stage <> 6 AND stage_was = 6)) IS TRUE
      AND EXISTS (SELECT FROM moved WHERE stage_was = 6 AND stage <> 6)
    RETURNING 1
), came AS (
    INSERT INTO ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id)
    SELECT $5::int, coalesce((SELECT gate_no FROM zone_set z WHERE z.zone_set_no = m.zone_set_no), 1) AS gate_no, class,
           lead_rank, due_at, lead_id
    FROM moved m
    WHERE stage = 6 AND stage_was <> 6
    ORDER BY gate_no, class, lead_rank, due_at, lead_id
), noted AS (
    UPDATE put_off p SET list_no = $5::int
    WHERE p.lead_id = ANY (ARRAY(SELECT lead_id FROM moved)) AND p.list_no + 0 = $1::int
)
SELECT 0 AS fate, count(*) AS leads, NULL::bigint AS lead_id, NULL::int AS lead_version, NULL::smallint AS stage,
       NULL::smallint AS stage_was, NULL::text AS status, NULL::smallint AS attempts, NULL::boolean AS contacted,
       NULL::bigint AS offer_id, NULL::text AS external_id
FROM was
UNION ALL
SELECT NULL,
       (SELECT count(*) FROM moved WHERE stage_was = 6) - (SELECT count(*) FROM stayed) - (SELECT count(*) FROM went),
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
SELECT 0, 1, lead_id, lead_version, stage, stage_was, status, attempts, contacted, offer_id, external_id
FROM moved
ORDER BY lead_id NULLS FIRST
