UPDATE namespace
SET epoch = greatest(epoch + 1, $1::bigint),
    system_identifier = (SELECT system_identifier::text FROM pg_control_system()),
    timeline = substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)
