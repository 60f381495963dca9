SELECT gate_no, zones, regions FROM gate WHERE gate_no > $1::int ORDER BY 1
