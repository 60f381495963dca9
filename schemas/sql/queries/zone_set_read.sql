SELECT zone_set_no, key, coalesce(gate_no, 1) FROM zone_set WHERE zone_set_no > $1::int OR key = ANY ($2::text[])
