-- As lead_begin.sql, for looks without a write, which need no transaction number.
SELECT set_config('enable_seqscan', $1, true), set_config('enable_mergejoin', $1, true),
       set_config('enable_hashjoin', $1, true),
       set_config('plan_cache_mode', 'auto', true)
