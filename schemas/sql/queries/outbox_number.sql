-- A transaction number above all that were given out so far, our own. A snapshot does not tell: its upper end
-- is the highest number that has ended, and some that run may be above.
SELECT pg_current_xact_id()::text::bigint
