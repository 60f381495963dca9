SELECT FROM list_stats WHERE list_no = $1::int
