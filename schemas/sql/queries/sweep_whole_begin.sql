-- As lead_begin.sql; and no bitmaps, so that a range of leads is met in the order of their ids, and locked in it.
SELECT pg_current_xact_id(), set_config('enable_seqscan', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('enable_hashjoin', 'off', true), set_config('enable_bitmapscan', 'off', true)
