-- What leads ($1) say goes over to others ($2). Zones come from state and time zone together with the number, which
-- both have: they go as one. The newer revision stays, so that what the CRM said before is still told from what is new.
-- Rows: each that changed, with the names of its fields that did.
WITH said AS (
    SELECT n.*, t.revision AS revision_was,
           (SELECT json_agg(name)
            FROM (VALUES ('extension', n.extension IS DISTINCT FROM t.extension),
                         ('external_id', n.external_id IS DISTINCT FROM t.external_id),
                         ('first_name', n.first_name IS DISTINCT FROM t.first_name),
                         ('last_name', n.last_name IS DISTINCT FROM t.last_name),
                         ('email', n.email IS DISTINCT FROM t.email),
                         ('address', n.address IS DISTINCT FROM t.address),
                         ('city', n.city IS DISTINCT FROM t.city),
                         ('state', n.state IS DISTINCT FROM t.state),
                         ('zip', n.zip IS DISTINCT FROM t.zip),
                         ('country', n.country IS DISTINCT FROM t.country),
                         ('time_zone', n.time_zone IS DISTINCT FROM t.time_zone),
                         ('custom', n.custom IS DISTINCT FROM t.custom)) v (name, differs)
            WHERE differs) AS changed
    FROM unnest($1::bigint[], $2::bigint[]) AS v (from_id, to_id)
    CROSS JOIN LATERAL (SELECT *, state IS NOT NULL OR time_zone IS NOT NULL AS places
                        FROM leads WHERE leads.lead_id = v.from_id LIMIT 1) s
    CROSS JOIN LATERAL (SELECT * FROM leads WHERE leads.lead_id = v.to_id LIMIT 1) t
    CROSS JOIN LATERAL (
        SELECT t.lead_id, coalesce(s.extension, t.extension) AS extension,
               coalesce(t.external_id, s.external_id) AS external_id,
               coalesce(s.first_name, t.first_name) AS first_name, coalesce(s.last_name, t.last_name) AS last_name,
               coalesce(s.email, t.email) AS email, coalesce(s.address, t.address) AS address,
               coalesce(s.city, t.city) AS city, coalesce(s.zip, t.zip) AS zip,
               coalesce(s.country, t.country) AS country,
               CASE WHEN s.places THEN s.state ELSE t.state END AS state,
               CASE WHEN s.places THEN s.time_zone ELSE t.time_zone END AS time_zone,
               CASE WHEN s.places THEN s.zone_set_no ELSE t.zone_set_no END AS zone_set_no,
               CASE WHEN s.custom IS NULL THEN t.custom ELSE coalesce(t.custom, '{}') || s.custom END AS custom,
               greatest(s.revision, t.revision) AS revision
    ) n
), merged AS (
    UPDATE leads t
    SET content_hash = CASE WHEN n.changed IS NULL THEN t.content_hash END, extension = n.extension,
        external_id = n.external_id, first_name = n.first_name, last_name = n.last_name, email = n.email,
        address = n.address, city = n.city, zip = n.zip, country = n.country, state = n.state,
        time_zone = n.time_zone, zone_set_no = n.zone_set_no, custom = n.custom, revision = n.revision
    FROM said n
    WHERE t.lead_id = n.lead_id AND (n.changed IS NOT NULL OR n.revision IS DISTINCT FROM n.revision_was)
    RETURNING t.lead_id, t.ctid AS place, t.zone_set_no, t.external_id, n.changed
)
SELECT m.lead_id, m.place, coalesce(z.gate_no, 1), m.external_id, m.changed::text
FROM merged m LEFT JOIN zone_set z USING (zone_set_no)
WHERE m.changed IS NOT NULL
