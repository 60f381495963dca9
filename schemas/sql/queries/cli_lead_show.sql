-- By id ($1), or by list and number ($2, $3).
SELECT d.lead_id, l.list_id, '+' || d.phone, d.extension, d.external_id,
       (ARRAY['dnc', 'invalid', 'finished', 'offered', 'exhausted', 'ready'])[d.stage],
       d.status, d.priority, d.attempts, d.contacted, d.dnc, d.verified, d.first_name, d.last_name, d.email,
       d.address, d.city, d.state, d.zip, d.country, d.time_zone, d.custom::text, d.revision, d.lead_version
FROM leads d
JOIN list l USING (list_no)
WHERE CASE WHEN $2::text IS NULL THEN d.lead_id = $1::bigint
           ELSE d.phone = $3::bigint AND d.list_no = (SELECT list_no FROM list WHERE list_id = $2::text) END
