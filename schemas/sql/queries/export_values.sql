-- What a COPY reads that takes no parameters, for this transaction alone.
SELECT set_config('leadspool.values', $1::text[]::text, true)
