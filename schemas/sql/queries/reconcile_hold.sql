-- Nobody moves the list's counters until the transaction ends: what its leads are then is what they count.
SELECT version FROM list_stats WHERE list_no = $1::int FOR UPDATE
