-- At most once a second, so that outcomes do not wait for each other here.
UPDATE campaign_hopper SET answered_at = $2::timestamptz
WHERE campaign_no IN (SELECT campaign_no FROM campaign_hopper
                      WHERE campaign_no = ANY ($1::int[])
                        AND (answered_at IS NULL OR answered_at < $2::timestamptz - interval '1 s')
                      ORDER BY campaign_no FOR UPDATE SKIP LOCKED)
