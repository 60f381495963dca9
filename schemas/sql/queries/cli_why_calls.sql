-- Due leads of the list ($1) whose number may be in the way: it has at least $4 calls since $3, or one since $5, or an
-- open offer. A row for each of its calls, the newest first, and one without a time for the offer. $2: now. Times are
-- microseconds since 1970.
WITH recent AS MATERIALIZED (
    SELECT number_id, started_at FROM attempt
    WHERE number_id IS NOT NULL AND started_at > $3::timestamptz AND started_at <= $2::timestamptz
      AND recorded_at > $3::timestamptz
    UNION ALL
    SELECT number_id, started_at FROM offer
    WHERE ended_by = 'lapsed' AND started_at IS NOT NULL AND started_at > $3::timestamptz
      AND started_at <= $2::timestamptz
), busy AS MATERIALIZED (
    SELECT number_id FROM offer WHERE state < 9
), asked AS (
    SELECT number_id FROM recent GROUP BY number_id
    HAVING count(*) >= $4::int OR max(started_at) > $5::timestamptz
    UNION
    SELECT number_id FROM busy
), lead AS MATERIALIZED (
    SELECT d.lead_id, n.number_id, coalesce(g.zones, '') AS zones, coalesce(g.regions, '') AS regions,
           CASE WHEN d.attempts > 0 AND d.hold & 8 = 0 THEN d.status ELSE '' END AS code
    FROM asked
    JOIN number n USING (number_id)
    JOIN leads d ON d.phone = n.phone AND d.list_no = $1::int
    LEFT JOIN zone_set z USING (zone_set_no)
    LEFT JOIN gate g USING (gate_no)
    WHERE d.stage = 6 AND coalesce(d.due_at, 'epoch') <= $2::timestamptz
)
SELECT lead_id, zones, regions, code, (extract(epoch FROM started_at) * 1000000)::bigint
FROM lead JOIN recent USING (number_id)
UNION ALL
SELECT lead_id, zones, regions, code, NULL
FROM lead JOIN busy USING (number_id)
ORDER BY 1, 5 DESC NULLS LAST
