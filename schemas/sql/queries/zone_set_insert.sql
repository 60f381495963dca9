INSERT INTO zone_set (key, gate_no)
SELECT v.key, g.gate_no
FROM unnest($1::text[], $2::text[], $3::text[]) AS v (key, zones, regions)
JOIN gate g ON g.zones = v.zones AND g.regions = v.regions
ORDER BY key
ON CONFLICT (key) DO NOTHING
