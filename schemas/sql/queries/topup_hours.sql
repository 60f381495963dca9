-- Of lists whose gates are locked, which whoever changes their windows holds; and the time by the clock that all share.
SELECT list_no, windows::text, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
FROM list WHERE list_no = ANY ($1::int[])
