-- Where leads of a list go ($1): its campaign and its life.
SELECT campaign_no, life FROM list_stats WHERE list_no = $1::int
