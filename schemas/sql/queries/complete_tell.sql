UPDATE outcome_reading SET complete_until = $1::timestamptz
WHERE complete_until IS NULL OR complete_until < $1::timestamptz
