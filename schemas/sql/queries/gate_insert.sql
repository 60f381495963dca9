INSERT INTO gate (zones, regions)
SELECT DISTINCT zones, regions FROM unnest($1::text[], $2::text[]) AS v (zones, regions) ORDER BY 1, 2
ON CONFLICT DO NOTHING
