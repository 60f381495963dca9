-- What each role of the namespace may do. deploy/postgres/roles.sql makes them, puts its mark on them and gives the
-- schema to their owner: a role that only has such a name may be another program's, and gets nothing. Those that are not
-- there are passed over. worker: what every service needs for positions, outbox, jobs and answers; the others: what they
-- alone need.
-- UPDATE is also what SELECT ... FOR UPDATE asks for. Nothing is granted beside this: it begins with a REVOKE.
DO $$
DECLARE
    ns text := current_schema();
    ours name[];
    granted text; -- those that this is about, as a list
    one record;
BEGIN
    SELECT array_agg(r.rolname) INTO ours FROM pg_roles r
    WHERE shobj_description(r.oid, 'pg_authid') = 'leadspool, namespace ' || ns
       OR (SELECT nspowner = to_regrole(quote_ident(ns || '_owner')) FROM pg_namespace WHERE nspname = ns);
    FOR one IN
        SELECT r.rolname, r.rolname = ANY (ours) AS is_ours FROM pg_roles r
        JOIN unnest('{worker,importer,recycler,stats,exporter,cli}'::text[]) AS s (suffix)
             ON r.rolname = ns || '_' || s.suffix
    LOOP
        IF one.is_ours IS NOT TRUE THEN
            RAISE WARNING 'role % is not one of deploy/postgres/roles.sql: it is granted nothing', one.rolname;
        ELSE
            granted := concat_ws(', ', granted, quote_ident(one.rolname));
        END IF;
    END LOOP;
    -- Of all roles at once: each such statement writes the row of every table.
    IF granted IS NOT NULL THEN
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %s', ns, granted);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM %s', ns, granted);
        EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA %I FROM %s', ns, granted);
    END IF;
    FOR one IN
        SELECT ns || '_' || v.suffix AS role, v.privileges, v.kind, v.names
        FROM (VALUES
            ('worker', 'USAGE', 'SCHEMA', '-'),
            ('worker', 'SELECT', 'TABLE', 'schema_migration namespace campaign list list_stats leads'),
            ('worker', 'SELECT, INSERT, UPDATE, DELETE', 'TABLE', 'worker command'),
            ('worker', 'SELECT, INSERT, UPDATE', 'TABLE', 'consumer_position jobs'),
            ('worker', 'INSERT', 'TABLE', 'consumer_incident'),
            ('worker', 'SELECT, UPDATE, DELETE', 'TABLE', 'move_note'),
            ('worker', 'SELECT, INSERT, DELETE', 'TABLE', 'outbox job_slot'),
            ('worker', 'SELECT, UPDATE', 'TABLE', 'outbox_lane'),
            ('worker', 'SELECT, UPDATE, DELETE', 'TABLE', 'call_known'),
            ('worker', 'SELECT, USAGE', 'SEQUENCE', 'outbox_id_seq'),
            ('worker', 'USAGE', 'SEQUENCE', 'id_block_seq'),
            ('worker', 'EXECUTE', 'FUNCTION', 'blockers_end attempt_month_make'),

            ('importer', 'INSERT, UPDATE', 'TABLE', 'campaign list'),
            ('importer', 'INSERT, UPDATE, DELETE', 'TABLE', 'leads list_stats'),
            ('importer', 'SELECT, INSERT, UPDATE, DELETE', 'TABLE', 'list_status dnc_recheck import_part'),
            ('importer', 'SELECT, INSERT, UPDATE', 'TABLE', 'number dnc_entry import_lane'),
            ('importer', 'SELECT, INSERT, UPDATE, DELETE', 'TABLE', 'ready_lead'),
            ('importer', 'SELECT, INSERT', 'TABLE', 'zone_set gate'),
            ('importer', 'SELECT, UPDATE', 'TABLE', 'offer put_off'),
            ('importer', 'SELECT', 'TABLE', 'attempt'),
            ('importer', 'INSERT', 'TABLE', 'move_note'),
            ('importer', 'EXECUTE', 'FUNCTION', 'number_key_is'),

            ('recycler', 'EXECUTE', 'FUNCTION', 'number_key_is'),
            ('recycler', 'UPDATE', 'TABLE', 'leads list_stats'),
            ('recycler', 'INSERT, UPDATE', 'TABLE', 'campaign'),
            ('recycler', 'SELECT, INSERT, UPDATE, DELETE', 'TABLE', 'put_off'),
            ('recycler', 'SELECT, INSERT, UPDATE', 'TABLE',
             'campaign_hopper disposition recycle_rule list_status number dnc_entry offer'),
            ('recycler', 'SELECT, INSERT, UPDATE, DELETE', 'TABLE', 'ready_lead'),
            ('recycler', 'SELECT, INSERT', 'TABLE', 'attempt'),
            ('recycler', 'SELECT, UPDATE', 'TABLE', 'outcome_reading'),
            ('recycler', 'INSERT', 'TABLE', 'call_known dnc_recheck'),
            ('recycler', 'SELECT', 'TABLE', 'zone_set gate'),
            ('recycler', 'USAGE', 'SEQUENCE', 'offer_id_seq'),

            ('stats', 'SELECT, INSERT, UPDATE, DELETE', 'TABLE', 'attempt_hour'),
            ('stats', 'SELECT, INSERT, UPDATE', 'TABLE', 'campaign_stats list_status'),
            ('stats', 'SELECT, UPDATE', 'TABLE', 'stats_projection'),
            ('stats', 'UPDATE', 'TABLE', 'list_stats'),
            ('stats', 'SELECT', 'TABLE', 'zone_set gate ready_lead number disposition recycle_rule offer attempt'
             ' campaign_hopper import_lane put_off'),

            ('exporter', 'SELECT', 'TABLE', 'number dnc_entry attempt zone_set gate disposition recycle_rule offer'
             ' put_off campaign_hopper'),

            ('cli', 'USAGE', 'SCHEMA', '-'),
            ('cli', 'SELECT', 'TABLE', 'namespace campaign campaign_hopper campaign_stats list'
             ' list_stats list_status leads ready_lead zone_set gate number dnc_entry dnc_recheck disposition'
             ' recycle_rule offer put_off attempt jobs import_lane consumer_position consumer_incident outbox'
             ' dead_letter_mark move_note'),
            ('cli', 'INSERT, UPDATE, DELETE', 'TABLE', 'dead_letter_mark'),
            ('cli', 'UPDATE', 'TABLE', 'consumer_position consumer_incident namespace dnc_entry dnc_recheck'
             ' outcome_reading'),
            ('cli', 'SELECT, UPDATE', 'SEQUENCE', 'id_block_seq outbox_id_seq offer_id_seq'),
            ('cli', 'EXECUTE', 'FUNCTION', 'blockers_end')
        ) AS v (suffix, privileges, kind, names)
        WHERE ns || '_' || v.suffix = ANY (ours)
    LOOP
        IF one.kind = 'SCHEMA' THEN
            EXECUTE format('GRANT %s ON SCHEMA %I TO %I', one.privileges, ns, one.role);
        ELSE
            EXECUTE format('GRANT %s ON %s %s TO %I', one.privileges, one.kind,
                           replace(one.names, ' ', ', '), one.role);
        END IF;
    END LOOP;
END
$$
