-- What may hold all campaigns: no offer before then, and the time by the clock that all share.
SELECT offers_held_until, clock_timestamp() FROM namespace
