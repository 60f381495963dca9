-- What a service's role may not do itself, and these functions of the owner do for it (deploy/postgres/roles.sql).

-- Partitions of the ledger: only a table's owner may attach one.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION attempt_month_make(timestamptz) SECURITY DEFINER SET search_path = %I, pg_temp',
                   current_schema());
END
$$;
REVOKE EXECUTE ON FUNCTION attempt_month_make(timestamptz) FROM PUBLIC;

-- Ends what blocks one of the caller's own backends and has waited on its client for long: its process is frozen or
-- gone, and holds locks meanwhile. Needs an owner with pg_read_all_stats and pg_signal_backend where workers have
-- roles of their own.
CREATE FUNCTION blockers_end(blocked int) RETURNS SETOF int
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH frozen AS MATERIALIZED (
        SELECT a.pid
        FROM pg_stat_activity mine
        JOIN pg_stat_activity a ON a.pid = ANY(pg_blocking_pids(mine.pid))
        WHERE mine.pid = blocked AND mine.usename = session_user AND a.application_name LIKE 'leadspool%'
              AND a.wait_event_type = 'Client' AND clock_timestamp() - a.state_change > interval '5 s'
    )
    SELECT pid FROM frozen WHERE pg_terminate_backend(pid)
$$;
REVOKE EXECUTE ON FUNCTION blockers_end(int) FROM PUBLIC;
