-- $2: now; NULL: by the clock here.
UPDATE outcome_reading SET complete_until = $1::timestamptz
WHERE complete_until IS NULL OR complete_until < $1::timestamptz
   OR complete_until > coalesce($2::timestamptz, clock_timestamp()) + interval '5 s'
