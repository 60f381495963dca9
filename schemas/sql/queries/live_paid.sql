-- All lists were written, after this many debts were seen.
UPDATE stats_projection SET done = greatest(done, $1::bigint)
