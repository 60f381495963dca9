-- Whether this worker counts among those that share the campaigns.
UPDATE worker SET clock_off = $2 WHERE worker_id = $1 AND clock_off <> $2
