#include "runtime/migrate.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "sql_queries.h"

static const char migrate_table_sql[] =
    "CREATE TABLE IF NOT EXISTS schema_migration (version int PRIMARY KEY, name text NOT NULL, "
    "sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";

/* The lock's key is the schema's name, so that namespaces do not wait for each other. */
static Status migrate_begin(Db *db, const char *ns, Error *err)
{
    Status status = db_begin_unchecked(db, err);
    if (status == STATUS_OK) {
        DbParams params = {0};
        db_param_text(&params, ns);
        status = db_query(
            db, "SELECT pg_advisory_xact_lock(hashtextextended('leadspool migrate ' || $1, 0))",
            &params, NULL, err);
    }
    return status;
}

static Status migrate_make_schema(Db *db, const char *ns, Error *err)
{
    AUTO_FREE char *sql = mem_sprintf("CREATE SCHEMA \"%s\"", ns);
    AUTO_RESULT *found = NULL;
    AUTO_TX Db *tx = db;
    Status status = migrate_begin(tx, ns, err);
    if (status == STATUS_OK) {
        status = db_query(tx, "SELECT current_schema()", NULL, &found, err);
    }
    /* The owner of a schema that is there may not be allowed to make one, even with IF NOT EXISTS.
     */
    if (status == STATUS_OK && db_text(found, 0, 0) == NULL) {
        status = db_script(tx, sql, err);
    }
    if (status == STATUS_OK) {
        status = db_script(tx, migrate_table_sql, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

/* sha256 of what was applied under this version, or "" when nothing was. */
static Status migrate_applied(Db *db, int version, char ret[HASH_SHA256_HEX_SIZE], Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, version);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, "SELECT sha256 FROM schema_migration WHERE version = $1::int",
                             &params, &result, err);
    ret[0] = '\0';
    if (status == STATUS_OK && db_rows(result) == 1) {
        strncat(ret, db_text(result, 0, 0), HASH_SHA256_HEX_SIZE - 1);
    }
    return status;
}

static Status migrate_note(Db *db, const Migration *migration, const char *sha256, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, migration->version);
    db_param_text(&params, migration->name);
    db_param_text(&params, sha256);
    return db_exec(db,
                   "INSERT INTO schema_migration (version, name, sha256) VALUES ($1::int, $2, $3)",
                   &params, 1, err);
}

static Status
migrate_one(Db *db, const char *ns, const Migration *migration, bool *ret_applied, Error *err)
{
    char ours[HASH_SHA256_HEX_SIZE];
    char theirs[HASH_SHA256_HEX_SIZE];
    hash_sha256_hex(migration->sql, strlen(migration->sql), ours);
    AUTO_TX Db *tx = db;
    Status status = migrate_begin(tx, ns, err);
    if (status == STATUS_OK) {
        status = migrate_applied(tx, migration->version, theirs, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (theirs[0] != '\0') {
        *ret_applied = false;
        return strcmp(ours, theirs) == 0 ? STATUS_OK
                                         : error_set(err, STATUS_FATAL, "migration_changed",
                                                     "migration %s was applied with other content: "
                                                     "this binary does not fit this database",
                                                     migration->name);
    }
    status = db_script(tx, migration->sql, err);
    if (status == STATUS_OK) {
        status = migrate_note(tx, migration, ours, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    *ret_applied = true;
    return status;
}

static Status migrate_grant(Db *db, const char *ns, Error *err)
{
    AUTO_TX Db *tx = db;
    Status status = migrate_begin(tx, ns, err);
    if (status == STATUS_OK) {
        status = db_script(tx, sql_grants_apply, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

Status migrate_run(Db *db, const char *ns, int *ret_applied, Error *err)
{
    int applied = 0;
    Status status = migrate_make_schema(db, ns, err);
    for (const Migration *migration = migrations; status == STATUS_OK && migration->version != 0;
         migration++) {
        bool one = false;
        status = migrate_one(db, ns, migration, &one, err);
        applied += one;
    }
    if (status == STATUS_OK) {
        status = migrate_grant(db, ns, err);
    }
    if (status == STATUS_OK) {
        *ret_applied = applied;
    }
    return status;
}

Status migrate_check(Db *db, Error *err)
{
    int known = 0;
    for (const Migration *migration = migrations; migration->version != 0; migration++) {
        known = migration->version;
    }
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = db;
    Status status = db_begin_unchecked(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, "SELECT coalesce(max(version), 0) FROM schema_migration", NULL,
                          &result, err);
    }
    if (status == STATUS_FATAL && strcmp(db_sqlstate(db), "42P01") == 0) {
        return error_set(err, STATUS_FATAL, "schema_missing",
                         "the namespace has no tables: run `leadspool migrate`");
    }
    if (status == STATUS_OK && db_i64(result, 0, 0) < known) {
        return error_set(err, STATUS_FATAL, "schema_old",
                         "the tables are older than this binary: run `leadspool migrate`");
    }
    if (status == STATUS_OK && db_i64(result, 0, 0) > known) {
        return error_set(err, STATUS_FATAL, "schema_new",
                         "the tables are newer than this binary: install its successor");
    }
    return status;
}
