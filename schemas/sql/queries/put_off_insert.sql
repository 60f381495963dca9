INSERT INTO put_off (lead_id, list_no, campaign_no, rules_version, due_at, until)
SELECT lead_id, list_no, $5::int, $6::bigint, due_at, until
FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[]) AS v (lead_id, list_no, due_at, until)
ORDER BY lead_id
ON CONFLICT (lead_id) DO UPDATE
SET list_no = excluded.list_no, campaign_no = excluded.campaign_no, rules_version = excluded.rules_version,
    due_at = excluded.due_at, until = excluded.until
