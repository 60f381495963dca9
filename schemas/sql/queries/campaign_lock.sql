-- A campaign's rules change one after the other, and no list is made in it or given to it meanwhile (a list's row holds
-- its campaign's key).
SELECT campaign_no FROM campaign WHERE campaign_id = $1 FOR UPDATE
