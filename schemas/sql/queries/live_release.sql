UPDATE stats_projection SET owner = '', lease_until = '-infinity' WHERE owner = $1
