INSERT INTO put_off (lead_id, list_no, campaign_no, rules_version, due_at, until, why)
SELECT lead_id, list_no, $6::int, $7::bigint, due_at, until, why
FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::int[])
     AS v (lead_id, list_no, due_at, until, why)
ORDER BY lead_id
ON CONFLICT (lead_id) DO UPDATE
SET list_no = excluded.list_no, campaign_no = excluded.campaign_no, rules_version = excluded.rules_version,
    due_at = excluded.due_at, until = excluded.until, why = excluded.why
