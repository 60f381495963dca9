UPDATE namespace SET offers_held_until = NULL
