SELECT consumer_group, topic, partition, first_lost, next_kept - 1,
       to_char(noticed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), consumer_incident_no
FROM consumer_incident WHERE acknowledged_at IS NULL ORDER BY consumer_incident_no
