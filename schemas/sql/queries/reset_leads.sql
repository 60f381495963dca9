-- Begins a new pass for those leads of a list ($1) behind $2 up to $3 that a filter ($4) names, as recycler/reset_plan.h
-- says. $5: leave those with an offer.
-- What a lead was is read without a lock; the update waits for others, and takes no row that they changed
-- (xmin; the place alone is not looked at again by PostgreSQL 15 before its later minor releases).
-- A lead that was ready is so again: its row of ready_lead stays, and is moved.
-- Rows: (fate, how many) without a lead; (NULL, rows of ready_lead that were missing); and each lead that was reset.
WITH was AS MATERIALIZED (
    SELECT l.ctid AS place, l.xmin AS seen, l.lead_id, l.zone_set_no, l.stage, l.status, l.attempts, l.contacted, l.priority, l.due_at,
           l.callback_at, l.offer_id,
[include reset_fate]
    FROM leads l CROSS JOIN LATERAL (SELECT [named $4] IS TRUE AS named, $5::boolean AS skip_offered) asked
    WHERE l.list_no = $1::int AND l.lead_id > $2::bigint AND l.lead_id <= $3::bigint AND [filter $4]
    ORDER BY l.lead_id
), begun AS (
    UPDATE leads l
    SET lead_version = l.lead_version + 1, status = 'NEW', attempts = 0, tries = NULL, hold = 0, contacted = false,
        due_at = NULL, callback_at = NULL, callback_agent = NULL, decided_at = NULL, decided_end_at = NULL,
        stage = CASE WHEN was.offer_id IS NULL THEN 6 ELSE 4 END
    FROM was
    WHERE was.fate = 0 AND l.ctid = was.place AND l.xmin = was.seen AND l.lead_id = was.lead_id
    RETURNING l.lead_id, l.lead_version, l.stage, l.zone_set_no, l.priority, l.external_id, l.offer_id,
              was.stage AS stage_was, was.status AS status_was, was.attempts AS attempts_was,
              was.contacted AS contacted_was, was.due_at AS due_was, was.callback_at AS callback_was
), ready AS (
    SELECT zone_set_no, CASE WHEN attempts_was = 0 THEN 2 WHEN callback_was IS NULL THEN 3 ELSE 1 END AS class,
           99 - priority AS lead_rank, coalesce(due_was, 'epoch') AS due_at, min(lead_id) AS first, max(lead_id) AS last
    FROM begun
    WHERE stage_was = 6
    GROUP BY 1, 2, 3, 4
),
[include ready_key]
stayed AS (
    UPDATE ready_lead r
    SET class = 2, due_at = 'epoch'
    FROM key k
[include ready_match]
      AND (r.lead_id IN (SELECT lead_id FROM begun WHERE stage_was = 6)) IS TRUE
    RETURNING 1
), came AS (
    INSERT INTO ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id)
    SELECT $1::int, coalesce((SELECT gate_no FROM zone_set z WHERE z.zone_set_no = b.zone_set_no), 1) AS gate_no, 2,
           99 - priority AS lead_rank, 'epoch', lead_id
    FROM begun b
    WHERE stage = 6 AND stage_was <> 6
    ORDER BY gate_no, lead_rank, lead_id
)
SELECT fate, count(*) AS leads, NULL::bigint AS lead_id, NULL::int AS lead_version, NULL::smallint AS stage,
       NULL::smallint AS stage_was, NULL::text AS status_was, NULL::smallint AS attempts_was, NULL::boolean AS contacted_was,
       NULL::bigint AS offer_id, NULL::text AS external_id
FROM was GROUP BY fate
UNION ALL
SELECT NULL, (SELECT count(*) FROM begun WHERE stage_was = 6) - (SELECT count(*) FROM stayed), NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL
UNION ALL
SELECT 0, 1, lead_id, lead_version, stage, stage_was, status_was, attempts_was, contacted_was, offer_id, external_id
FROM begun
ORDER BY lead_id NULLS FIRST
