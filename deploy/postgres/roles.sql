-- The roles of one namespace: an owner for `leadspool migrate`, one for each service, one for the command line.
-- For a superuser, once for each namespace (which is also the schema), before its first migrate:
--
--     psql -d leadspool -v ns=leadspool -f roles.sql
--
-- May be run again, also over a namespace that was made without roles: what is there becomes the owner's. What
-- each role may do, `leadspool migrate` grants when it ends (schemas/sql/queries/grants_apply.sql). None has a
-- password yet: \password leadspool_importer, or a line of pg_hba.conf with `cert`.
--
-- Each has a comment that says whose it is, without which it is granted nothing. A role that is there already, under
-- one of these names, without that comment, while the schema is not its owner's, is another program's: this ends.
\set ON_ERROR_STOP on
\if :{?ns}
\else
    \set ns leadspool
\endif
SET client_min_messages = warning;
BEGIN;

SELECT format('DO $x$ BEGIN RAISE EXCEPTION USING MESSAGE = %L, HINT = %L; END $x$',
              format('role %I is there, and is not one of leadspool''s', r.rolname),
              format('Another name for the namespace; or, if it is: COMMENT ON ROLE %I IS %L', r.rolname,
                     'leadspool, namespace ' || :'ns'))
FROM pg_roles r
JOIN unnest(ARRAY['_worker', '_owner', '_importer', '_recycler', '_stats', '_exporter', '_cli']) AS suffix
     ON r.rolname = :'ns' || suffix
WHERE shobj_description(r.oid, 'pg_authid') IS DISTINCT FROM 'leadspool, namespace ' || :'ns'
      AND NOT EXISTS (SELECT FROM pg_namespace n
                      WHERE n.nspname = :'ns' AND n.nspowner = to_regrole(quote_ident(:'ns' || '_owner')))
LIMIT 1 \gexec

SELECT format('CREATE ROLE %I NOLOGIN', :'ns' || '_worker')
WHERE to_regrole(quote_ident(:'ns' || '_worker')) IS NULL \gexec
SELECT format('CREATE ROLE %I LOGIN', :'ns' || suffix)
FROM unnest(ARRAY['_owner', '_importer', '_recycler', '_stats', '_exporter', '_cli']) AS suffix
WHERE to_regrole(quote_ident(:'ns' || suffix)) IS NULL \gexec
SELECT format('COMMENT ON ROLE %I IS %L', :'ns' || suffix, 'leadspool, namespace ' || :'ns')
FROM unnest(ARRAY['_worker', '_owner', '_importer', '_recycler', '_stats', '_exporter', '_cli']) AS suffix \gexec

-- What all workers need is the worker's.
SELECT format('GRANT %I TO %I', :'ns' || '_worker', :'ns' || suffix)
FROM unnest(ARRAY['_importer', '_recycler', '_stats', '_exporter']) AS suffix \gexec

-- The owner's functions end backends of frozen workers, whichever role those have.
SELECT format('GRANT pg_read_all_stats, pg_signal_backend TO %I', :'ns' || '_owner') \gexec

-- The server's log shows no parameters and no keys of these roles: there are phone numbers among them.
SELECT format('ALTER ROLE %I SET %s', :'ns' || suffix, setting)
FROM unnest(ARRAY['_owner', '_importer', '_recycler', '_stats', '_exporter', '_cli']) AS suffix
CROSS JOIN unnest(ARRAY['log_error_verbosity = terse', 'log_parameter_max_length = 0',
                        'log_parameter_max_length_on_error = 0']) AS setting \gexec

-- Where the database has been closed to PUBLIC; the owner's migrations use temporary tables.
SELECT format('GRANT %s ON DATABASE %I TO %I', privilege, current_database(), :'ns' || suffix)
FROM (VALUES ('_owner', 'CONNECT'), ('_owner', 'TEMPORARY'), ('_worker', 'CONNECT'), ('_cli', 'CONNECT'))
     AS v (suffix, privilege)
WHERE NOT has_database_privilege(:'ns' || suffix, current_database(), privilege) \gexec

SELECT format('CREATE SCHEMA IF NOT EXISTS %I', :'ns') \gexec
SELECT format('ALTER SCHEMA %I OWNER TO %I', :'ns', :'ns' || '_owner') \gexec
SELECT format('ALTER %s %s OWNER TO %I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass,
              :'ns' || '_owner')
FROM pg_class c
WHERE c.relnamespace = to_regnamespace(quote_ident(:'ns')) AND c.relkind IN ('r', 'p', 'S')
      AND c.relowner <> to_regrole(quote_ident(:'ns' || '_owner'))
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i' AND c.relkind = 'S') \gexec
SELECT format('ALTER FUNCTION %s OWNER TO %I', p.oid::regprocedure, :'ns' || '_owner')
FROM pg_proc p
WHERE p.pronamespace = to_regnamespace(quote_ident(:'ns'))
      AND p.proowner <> to_regrole(quote_ident(:'ns' || '_owner')) \gexec

COMMIT;
