-- Small tables are read by their indexes too, since thousands of look-ups come in one statement.
SELECT pg_current_xact_id(), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)
