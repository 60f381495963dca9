SELECT zone_set_no, key FROM zone_set WHERE zone_set_no > $1::int OR key = ANY ($2::text[])
