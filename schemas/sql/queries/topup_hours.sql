-- Of lists whose gates are locked, which whoever changes their windows holds.
SELECT list_no, windows::text FROM list WHERE list_no = ANY ($1::int[])
