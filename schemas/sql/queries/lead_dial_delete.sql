-- The rows are locked, so they stay where they are.
DELETE FROM leads USING unnest($1::tid[], $2::bigint[]) AS v (place, lead_id)
WHERE leads.ctid = v.place AND leads.lead_id = v.lead_id
