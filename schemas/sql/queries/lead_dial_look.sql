-- As lead_dial_lock.sql, without the lock.
SELECT l.lead_id, l.phone, l.list_no, l.lead_version, l.zone_set_no, coalesce(z.gate_no, 1), l.stage,
       l.priority, l.attempts, l.attempts_total, l.contacted, l.dnc, l.hold, l.offer_id, l.due_at, l.called_at,
       l.callback_at, l.callback_agent, l.status, l.tries, l.decided_at, l.decided_end_at,
       l.external_id, l.ctid
FROM leads l LEFT JOIN zone_set z ON z.zone_set_no = l.zone_set_no
WHERE l.lead_id = ANY ($1::bigint[])
ORDER BY l.lead_id
