-- Where the lead stands, by id ($1), or by list and number ($2, $3).
SELECT d.lead_id, l.list_id, '+' || d.phone, l.windows::text, s.life, s.campaign_no, coalesce(z.key, ''),
       coalesce(g.zones, ''), coalesce(g.regions, ''), n.number_id
FROM leads d
JOIN list l USING (list_no)
JOIN list_stats s USING (list_no)
LEFT JOIN zone_set z USING (zone_set_no)
LEFT JOIN gate g USING (gate_no)
LEFT JOIN number n ON n.phone = d.phone
WHERE CASE WHEN $2::text IS NULL THEN d.lead_id = $1::bigint
           ELSE d.phone = $3::bigint AND d.list_no = (SELECT list_no FROM list WHERE list_id = $2::text) END
