-- Leads that are with a dialer who has not begun to call these numbers, which are locked.
SELECT lead_id FROM offer WHERE number_id = ANY ($1::bigint[]) AND state = 1
