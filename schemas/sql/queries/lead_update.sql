-- The rows are locked, so they stay where they are: one look-up by lead_id each, and one by place. A plain join fell
-- to reading the whole index.
UPDATE leads
SET phone = v.phone, content_hash = v.content_hash, revision = v.revision, list_no = v.list_no,
    lead_version = v.lead_version, zone_set_no = v.zone_set_no, stage = v.stage, priority = v.priority, dnc = v.dnc,
    verified = v.verified, hold = v.hold, custom = v.custom::jsonb, extension = v.extension, external_id = v.external_id,
    first_name = v.first_name, last_name = v.last_name, email = v.email, address = v.address, city = v.city,
    state = v.state, zip = v.zip, country = v.country, time_zone = v.time_zone,
    -- what calls to another number came to
    tries = CASE WHEN leads.phone = v.phone THEN leads.tries END,
    due_at = CASE WHEN leads.phone = v.phone THEN leads.due_at END,
    callback_at = CASE WHEN leads.phone = v.phone THEN leads.callback_at END,
    callback_agent = CASE WHEN leads.phone = v.phone THEN leads.callback_agent END
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::int[], $7::int[], $8::smallint[],
            $9::smallint[], $10::boolean[], $11::boolean[], $12::smallint[], $13::text[], $14::text[], $15::text[],
            $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[],
            $24::text[])
     AS v (lead_id, phone, content_hash, revision, list_no, lead_version, zone_set_no, stage, priority, dnc, verified,
           hold, custom, extension, external_id, first_name, last_name, email, address, city, state, zip, country,
           time_zone)
CROSS JOIN LATERAL (SELECT ctid AS place FROM leads WHERE lead_id = v.lead_id LIMIT 1) found
WHERE leads.ctid = found.place
