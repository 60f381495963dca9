-- Leads of these lists that wait by other rules than those of the campaign, at that version.
SELECT p.lead_id, p.due_at, p.until
FROM unnest($1::int[]) AS v (list_no)
CROSS JOIN LATERAL (
    (SELECT lead_id, due_at, until FROM put_off
     WHERE list_no = v.list_no AND campaign_no = $2::int AND rules_version < $3::bigint LIMIT $4::int)
    UNION ALL
    (SELECT lead_id, due_at, until FROM put_off WHERE list_no = v.list_no AND campaign_no < $2::int LIMIT $4::int)
    UNION ALL
    (SELECT lead_id, due_at, until FROM put_off WHERE list_no = v.list_no AND campaign_no > $2::int LIMIT $4::int)
) p
LIMIT $4::int
