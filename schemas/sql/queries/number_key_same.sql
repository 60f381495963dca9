-- $1 fingerprint of the key in force.
SELECT number_key IS NULL OR number_key = $1 FROM namespace
