-- Thousands of look-ups come in one statement: each goes by an index, whatever the planner thinks of the sizes.
SELECT pg_current_xact_id(), set_config('enable_seqscan', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('enable_hashjoin', 'off', true), clock_timestamp()
