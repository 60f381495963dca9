-- The zone set is looked up outside: a row that was waited for is read anew, and its zone set with it. No gate: the
-- zone set was made after this statement began.
WITH l AS MATERIALIZED (
    SELECT lead_id, phone, list_no, lead_version, zone_set_no, stage, priority, attempts, attempts_total, contacted, dnc,
           hold, offer_id, due_at, called_at, callback_at, callback_agent, status, tries, decided_at,
           decided_end_at, external_id, ctid AS place
    FROM leads
    WHERE lead_id = ANY ($1::bigint[])
    ORDER BY lead_id
    FOR UPDATE
)
SELECT l.lead_id, l.phone, l.list_no, l.lead_version, l.zone_set_no, 
       coalesce(z.gate_no, CASE WHEN l.zone_set_no IS NULL THEN 1 END), l.stage, l.priority,
       l.attempts, l.attempts_total, l.contacted, l.dnc, l.hold, l.offer_id, l.due_at, l.called_at, l.callback_at,
       l.callback_agent, l.status, l.tries, l.decided_at, l.decided_end_at, l.external_id, l.place
FROM l LEFT JOIN zone_set z ON z.zone_set_no = l.zone_set_no
ORDER BY l.lead_id
