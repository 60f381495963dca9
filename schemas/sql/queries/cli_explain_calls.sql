-- Calls to a number in a span of time as caps see them (topup_calls.sql), the newest first. Times are microseconds since 1970.
SELECT (extract(epoch FROM a.started_at) * 1000000)::bigint, a.disposition, a.lead_id, l.list_id
FROM attempt a LEFT JOIN list l USING (list_no)
WHERE a.number_id = $1::bigint AND a.started_at > $2::timestamptz AND a.started_at <= $3::timestamptz
  AND a.recorded_at > $2::timestamptz
UNION ALL
SELECT (extract(epoch FROM o.started_at) * 1000000)::bigint, 'never heard of again', o.lead_id, l.list_id
FROM offer o LEFT JOIN list l USING (list_no)
WHERE o.number_id = $1::bigint AND o.ended_by = 'lapsed' AND o.started_at IS NOT NULL
  AND o.started_at > $2::timestamptz AND o.started_at <= $3::timestamptz
ORDER BY 1 DESC
