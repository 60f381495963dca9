-- By id ($1), or by list and number ($2, $3).
SELECT d.lead_id, l.list_id, '+' || d.phone, d.extension, d.external_id,
       (ARRAY['dnc', 'invalid', 'finished', 'offered', 'exhausted', 'ready'])[d.stage],
       d.status, d.priority, d.attempts, d.contacted, d.dnc, d.verified, d.first_name, d.last_name, d.email,
       d.address, d.city, d.state, d.zip, d.country, d.time_zone, d.custom::text, d.revision, d.lead_version
FROM leads d
JOIN list l USING (list_no)
WHERE d.lead_id IN (SELECT $1::bigint WHERE $2::text IS NULL
                    UNION ALL
                    SELECT lead_id FROM leads
                    WHERE phone = $3::bigint AND list_no = (SELECT list_no FROM list WHERE list_id = $2::text))
