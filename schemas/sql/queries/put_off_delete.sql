-- Not those that were put off again meanwhile, by the rules of now; nor those of leads that are there and were not
-- locked ($4), of which the number is told.
WITH asked AS MATERIALIZED (
    SELECT p.lead_id, p.lead_id <> ALL ($4::bigint[])
                      AND EXISTS (SELECT FROM leads l WHERE l.lead_id = p.lead_id) AS held
    FROM put_off p
    WHERE p.lead_id = ANY ($1::bigint[]) AND (campaign_no, rules_version) IS DISTINCT FROM ($2::int, $3::bigint)
), forgotten AS (
    DELETE FROM put_off p USING asked WHERE p.lead_id = asked.lead_id AND NOT asked.held
      AND (p.campaign_no, p.rules_version) IS DISTINCT FROM ($2::int, $3::bigint)
)
SELECT count(*) FROM asked WHERE held
