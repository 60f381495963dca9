-- As lead_dial_lock_free.sql, and behind it the texts of offer.made, in the order of its fields.
WITH l AS MATERIALIZED (
[include lead_dial_row]
           , extension, first_name, last_name, email, address, city, state, zip, country, custom::text
    FROM leads
    WHERE lead_id = ANY ($1::bigint[])
    ORDER BY lead_id
    FOR UPDATE SKIP LOCKED
)
[include lead_dial_shown]
       , l.extension, l.external_id, l.first_name, l.last_name, l.email, l.address, l.city, l.state, l.zip, l.country,
       l.custom
FROM l LEFT JOIN zone_set z ON z.zone_set_no = l.zone_set_no
ORDER BY l.lead_id
