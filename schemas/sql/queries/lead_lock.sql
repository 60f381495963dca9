SELECT lead_id, phone, content_hash, revision, list_no, lead_version, zone_set_no, stage, priority, dnc, verified, hold,
       custom::text, extension, external_id, first_name, last_name, email, address, city, state, zip, country,
       time_zone, ctid, xmin, offer_id
FROM leads WHERE lead_id = ANY ($1::bigint[])
ORDER BY lead_id
FOR UPDATE
