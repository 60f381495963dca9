-- What dialers said in the lost time is to be read again before anything is known of it.
UPDATE outcome_reading SET complete_until = NULL
