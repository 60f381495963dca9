-- $1: NULL for all that are open. One that was acknowledged before keeps its time.
WITH acknowledged AS (
    UPDATE consumer_incident SET acknowledged_at = coalesce(acknowledged_at, $2::timestamptz)
    WHERE CASE WHEN $1::bigint IS NULL THEN acknowledged_at IS NULL ELSE consumer_incident_no = $1::bigint END
    RETURNING *
)
SELECT consumer_incident_no, consumer_group, topic, partition, first_lost, next_kept - 1, next_kept - first_lost,
       to_char(noticed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       to_char(acknowledged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM acknowledged ORDER BY consumer_incident_no
