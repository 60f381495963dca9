-- Thousands of look-ups come in one statement: each goes by an index, whatever the planner thinks of the sizes.
SELECT pg_current_xact_id(), set_config('enable_seqscan', $1, true), set_config('enable_mergejoin', $1, true),
       set_config('enable_hashjoin', $1, true),
       set_config('plan_cache_mode', 'auto', true), clock_timestamp()
