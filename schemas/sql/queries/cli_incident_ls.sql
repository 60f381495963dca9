SELECT consumer_incident_no, consumer_group, topic, partition, first_lost, next_kept - 1, next_kept - first_lost,
       to_char(noticed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       to_char(acknowledged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM consumer_incident ORDER BY consumer_incident_no
