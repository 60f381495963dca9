-- This worker's fair share of the campaigns: those that it has, then free ones. What is beyond the share is not
-- renewed, and is free when its lease ends. $4, $5: campaigns that it cannot lead by their rules of those versions.
WITH fair AS (
    SELECT ceil((SELECT count(*) FROM campaign_hopper)::numeric
                / (SELECT greatest(count(*), 1) FROM worker
                   WHERE service = $2 AND alive_until > clock_timestamp() AND NOT clock_off))::int AS most
), declined AS (
    SELECT campaign_no FROM unnest($4::int[], $5::bigint[]) AS v (campaign_no, rules_version)
    JOIN campaign USING (campaign_no, rules_version)
), held AS (
    SELECT campaign_no FROM campaign_hopper
    WHERE owner = $1 AND lease_until > clock_timestamp() AND campaign_no NOT IN (SELECT campaign_no FROM declined)
    ORDER BY campaign_no LIMIT (SELECT most FROM fair)
    FOR UPDATE SKIP LOCKED
), free AS (
    SELECT campaign_no FROM campaign_hopper
    WHERE lease_until <= clock_timestamp() AND campaign_no NOT IN (SELECT campaign_no FROM declined)
    ORDER BY campaign_no LIMIT (SELECT greatest(most - (SELECT count(*) FROM held), 0) FROM fair)
    FOR UPDATE SKIP LOCKED
)
UPDATE campaign_hopper h
SET owner = $1, lease_until = clock_timestamp() + $3::bigint * interval '1 ms'
FROM campaign c
WHERE c.campaign_no = h.campaign_no
  AND h.campaign_no IN (SELECT campaign_no FROM held UNION ALL SELECT campaign_no FROM free)
RETURNING h.campaign_no, c.active, c.rules_version, h.answered_at, h.held
