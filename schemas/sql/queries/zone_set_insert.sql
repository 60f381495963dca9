INSERT INTO zone_set (key) SELECT key FROM unnest($1::text[]) AS key ORDER BY key
ON CONFLICT (key) DO NOTHING
