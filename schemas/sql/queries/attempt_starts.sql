-- For rules with a distance from the clock times of earlier calls.
SELECT a.started_at FROM attempt a WHERE a.lead_id = $1::bigint ORDER BY a.started_at DESC LIMIT 16
