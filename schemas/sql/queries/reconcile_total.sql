-- Total is the sum of the six, before each moves to its recount.
UPDATE list_stats SET total = dnc + invalid + finished + offered + exhausted + ready WHERE list_no = $1::int
