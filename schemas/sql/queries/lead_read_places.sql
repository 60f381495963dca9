SELECT lead_id, phone, content_hash, revision, list_no, lead_version, zone_set_no, stage, priority, dnc, verified, hold,
       custom::text, extension, external_id, first_name, last_name, email, address, city, state, zip, country,
       time_zone, leads.ctid, leads.xmin, offer_id
FROM unnest($1::tid[]) AS v (place)
JOIN leads ON leads.ctid = v.place
