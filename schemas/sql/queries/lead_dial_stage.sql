-- As lead_dial_write.sql, of leads that an offer came to or went from.
UPDATE leads
SET lead_version = v.lead_version, stage = v.stage, offer_id = v.offer_id
FROM unnest($1::tid[], $2::bigint[], $3::int[], $4::smallint[], $5::bigint[])
     AS v (place, lead_id, lead_version, stage, offer_id)
WHERE leads.ctid = v.place AND leads.lead_id = v.lead_id
