SELECT list_no, list_id FROM list ORDER BY list_no
