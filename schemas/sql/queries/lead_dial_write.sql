-- The rows are locked, so they stay where they are.
UPDATE leads
SET lead_version = v.lead_version, stage = v.stage, attempts = v.attempts,
    attempts_total = v.attempts_total, contacted = v.contacted, dnc = v.dnc, hold = v.hold, offer_id = v.offer_id,
    due_at = v.due_at, called_at = v.called_at, callback_at = v.callback_at, callback_agent = v.callback_agent,
    status = v.status, tries = v.tries, decided_at = v.decided_at,
    decided_end_at = v.decided_end_at
FROM unnest($1::tid[], $2::bigint[], $3::int[], $4::smallint[], $5::bigint[], $6::smallint[], $7::smallint[],
            $8::boolean[], $9::boolean[], $10::smallint[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[],
            $14::text[], $15::text[], $16::text[], $17::timestamptz[],
            $18::timestamptz[])
     AS v (place, lead_id, lead_version, stage, offer_id, attempts, attempts_total, contacted, dnc, hold,
           due_at, called_at, callback_at, callback_agent, status, tries, decided_at, decided_end_at)
WHERE leads.ctid = v.place AND leads.lead_id = v.lead_id
