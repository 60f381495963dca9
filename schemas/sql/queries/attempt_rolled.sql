-- Attempts recorded before $2 are in attempt_hour. $1: what was said of them before (NULL: none); no row: another
-- aggregator has said more since.
UPDATE stats_projection SET rolled_until = $2::timestamptz WHERE rolled_until IS NOT DISTINCT FROM $1::timestamptz
