-- The next calls of the ledger by number, $3 of them from $1 on: the last number, how many there were, and the numbers
-- of those among them of the campaign ($2) that came to a code of that name ($4) when nobody had defined it, or to the
-- disposition ($5). A row without a number when there is none.
WITH w AS MATERIALIZED (
    SELECT number_id, campaign_no, disposition, status FROM attempt
    WHERE number_id > $1::bigint ORDER BY number_id LIMIT $3::int
)
SELECT b.last, b.calls, m.number_id
FROM (SELECT coalesce(max(number_id), 0) AS last, count(*) AS calls FROM w) b
LEFT JOIN (
    SELECT DISTINCT number_id FROM w
    WHERE campaign_no = $2::int
      AND (status = $5 OR (status = 'UNMAPPED' AND disposition = ANY ($4::text[])))
) m ON true
