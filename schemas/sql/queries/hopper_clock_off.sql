-- By a worker whose clock is wrong: its campaigns are free for others, and those that nobody leads are told why they
-- stand still.
WITH mine AS (
    SELECT h.campaign_no, c.active FROM campaign_hopper h JOIN campaign c USING (campaign_no)
    WHERE h.owner = $1 AND h.lease_until > clock_timestamp()
       OR h.lease_until <= clock_timestamp() AND c.active <> (h.held = 'clock_off')
    ORDER BY h.campaign_no
    FOR UPDATE OF h SKIP LOCKED
)
UPDATE campaign_hopper h
SET lease_until = '-infinity', held = CASE WHEN mine.active THEN 'clock_off' ELSE '' END
FROM mine WHERE mine.campaign_no = h.campaign_no
