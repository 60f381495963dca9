-- Leads, locked.
WITH l AS MATERIALIZED (
[include lead_dial_row]
    FROM leads
    WHERE lead_id = ANY ($1::bigint[])
    ORDER BY lead_id
    FOR UPDATE
)
[include lead_dial_shown]
FROM l LEFT JOIN zone_set z ON z.zone_set_no = l.zone_set_no
ORDER BY l.lead_id
