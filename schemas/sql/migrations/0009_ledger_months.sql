-- Makes the ledger's partition of the month (UTC) that a moment is in; false when it is there, or when the default
-- partition holds calls of that month: they stay where they are. Attached as a table that was made before, so that
-- only the default partition is locked while it is looked through; what is called meanwhile goes to its own month.
CREATE FUNCTION attempt_month_make(moment timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    month timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
    since timestamptz := month AT TIME ZONE 'UTC';
    until timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
    name text := 'attempt_' || to_char(month, 'YYYYMM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('leadspool ledger ' || current_schema(), 0));
    IF to_regclass(format('%I.%I', current_schema(), name)) IS NOT NULL
       OR EXISTS (SELECT FROM attempt_other WHERE recorded_at >= since AND recorded_at < until) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE attempt)', name);
    EXECUTE format('ALTER TABLE attempt ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, since, until);
    RETURN true;
END
$$;
