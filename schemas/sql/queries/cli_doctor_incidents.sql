SELECT consumer_group, topic, partition, first_lost, next_kept - 1,
       to_char(noticed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM consumer_incident ORDER BY consumer_incident_no
