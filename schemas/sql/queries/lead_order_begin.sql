-- As lead_begin.sql; and no bitmaps, so that a range of leads is met in the order of their ids, and locked in it.
SELECT pg_current_xact_id(), set_config('enable_seqscan', $1, true), set_config('enable_mergejoin', $1, true),
       set_config('enable_hashjoin', $1, true),
       set_config('plan_cache_mode', 'auto', true), set_config('enable_bitmapscan', $1, true)
