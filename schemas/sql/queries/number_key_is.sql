-- $1 fingerprint of the key in force.
SELECT number_key_is($1)
