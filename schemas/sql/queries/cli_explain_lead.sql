-- Where the lead stands, by id ($1), or by list and number ($2, $3).
SELECT d.lead_id, l.list_id, '+' || d.phone, l.windows::text, s.life, s.campaign_no, coalesce(z.key, ''),
       coalesce(g.zones, ''), coalesce(g.regions, ''), n.number_id, coalesce(p.why, 0),
       coalesce(h.held, '')
FROM leads d
JOIN list l USING (list_no)
JOIN list_stats s USING (list_no)
LEFT JOIN zone_set z USING (zone_set_no)
LEFT JOIN gate g USING (gate_no)
LEFT JOIN number n ON n.phone = d.phone
LEFT JOIN campaign_hopper h ON h.campaign_no = s.campaign_no
LEFT JOIN put_off p ON p.lead_id = d.lead_id AND p.until = d.due_at
WHERE CASE WHEN $2::text IS NULL THEN d.lead_id = $1::bigint
           ELSE d.phone = $3::bigint AND d.list_no = (SELECT list_no FROM list WHERE list_id = $2::text) END
