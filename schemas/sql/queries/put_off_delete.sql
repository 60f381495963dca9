-- Not those that were put off again meanwhile, by the rules of now.
DELETE FROM put_off
WHERE lead_id = ANY ($1::bigint[]) AND (campaign_no, rules_version) IS DISTINCT FROM ($2::int, $3::bigint)
