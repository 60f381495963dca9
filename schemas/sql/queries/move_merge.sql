-- What leads ($1) say goes over to others ($2). Zones come from state and time zone together with the number, which
-- both have: they go as one.
WITH said AS (
    SELECT v.to_id, s.*, s.state IS NOT NULL OR s.time_zone IS NOT NULL AS places
    FROM unnest($1::bigint[], $2::bigint[]) AS v (from_id, to_id)
    CROSS JOIN LATERAL (SELECT * FROM leads WHERE leads.lead_id = v.from_id LIMIT 1) s
), merged AS (
    UPDATE leads t
    SET content_hash = NULL, extension = coalesce(s.extension, t.extension),
        external_id = coalesce(t.external_id, s.external_id),
        first_name = coalesce(s.first_name, t.first_name), last_name = coalesce(s.last_name, t.last_name),
        email = coalesce(s.email, t.email), address = coalesce(s.address, t.address), city = coalesce(s.city, t.city),
        zip = coalesce(s.zip, t.zip), country = coalesce(s.country, t.country),
        state = CASE WHEN s.places THEN s.state ELSE t.state END,
        time_zone = CASE WHEN s.places THEN s.time_zone ELSE t.time_zone END,
        zone_set_no = CASE WHEN s.places THEN s.zone_set_no ELSE t.zone_set_no END,
        custom = CASE WHEN s.custom IS NULL THEN t.custom ELSE coalesce(t.custom, '{}') || s.custom END
    FROM said s
    WHERE t.lead_id = s.to_id
    RETURNING t.lead_id, t.ctid AS place, t.zone_set_no
)
SELECT m.lead_id, m.place, coalesce(z.gate_no, 1)
FROM merged m LEFT JOIN zone_set z USING (zone_set_no)
