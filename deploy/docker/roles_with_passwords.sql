-- The namespace's roles (deploy/postgres/roles.sql) and their passwords, out of the environment. May be run again,
-- also for other passwords.
\getenv ns LEADSPOOL_NAMESPACE
\i /etc/leadspool/roles.sql
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
\getenv owner PASSWORD_OWNER
\getenv importer PASSWORD_IMPORTER
\getenv recycler PASSWORD_RECYCLER
\getenv stats PASSWORD_STATS
\getenv exporter PASSWORD_EXPORTER
\getenv cli PASSWORD_CLI
SELECT format('ALTER ROLE %I PASSWORD %L', :'ns' || v.suffix, v.password)
FROM (VALUES ('_owner', :'owner'), ('_importer', :'importer'), ('_recycler', :'recycler'), ('_stats', :'stats'),
             ('_exporter', :'exporter'), ('_cli', :'cli')) AS v (suffix, password) \gexec
