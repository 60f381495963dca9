-- Of l, rows of lead_dial_row, and z, their zone sets. The zone set is looked up outside of the lock: a row that was
-- waited for is read anew, and its zone set with it. No gate: the zone set was made after this statement began.
SELECT l.lead_id, l.phone, l.list_no, l.lead_version, l.zone_set_no,
       coalesce(z.gate_no, CASE WHEN l.zone_set_no IS NULL THEN 1 END), l.stage, l.priority,
       l.attempts, l.attempts_total, l.contacted, l.dnc, l.hold, l.offer_id, l.due_at, l.called_at, l.callback_at,
       l.callback_agent, l.status, l.tries, l.decided_at, l.decided_end_at, l.external_id, l.place
