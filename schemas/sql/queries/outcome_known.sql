-- Calls that were not known; of one that comes twice in the same batch, once.
INSERT INTO call_known (source, call_id, recorded_at)
SELECT DISTINCT source, call_id, $3::timestamptz FROM unnest($1::text[], $2::text[]) AS v (source, call_id)
ORDER BY 1, 2
ON CONFLICT DO NOTHING
RETURNING source, call_id
