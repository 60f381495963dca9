SELECT n.epoch, n.system_identifier = s.identifier AND n.timeline = s.timeline, n.system_identifier, n.timeline,
       s.identifier, s.timeline, to_char(n.offers_held_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM namespace n
CROSS JOIN (
    SELECT system_identifier::text AS identifier,
           CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END
               AS timeline
    FROM pg_control_system()
) s
