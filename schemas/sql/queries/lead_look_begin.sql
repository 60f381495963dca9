-- As lead_begin.sql, for looks without a write, which need no transaction number.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('enable_hashjoin', 'off', true)
