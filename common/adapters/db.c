/* Connection, transaction and statements of db.h. libpq is used without blocking, so that no call
 * waits beyond its deadline. */
#include "adapters/db.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/db_statements.h"
#include "base/clock.h"
#include "base/guard.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric_table.h"

enum {
    CONNECT_TIMEOUT_S = 5,
    STATEMENT_TIMEOUT_MS = 30000,
    LOCK_TIMEOUT_MS = 5000,
    IDLE_TIMEOUT_MS = 5000,
    /* The server's own timeouts come first; this is for a server that no longer answers. */
    ANSWER_DEADLINE_MS = STATEMENT_TIMEOUT_MS + 10000,
    LOOK_DEADLINE_MS = 5000,
    BLOCKED_AFTER_MS = 3000,
    COPY_PIECE_BYTES = 1 << 20,
    PREPARED_MS = 60000,
};

static const int64_t FOREVER_MS = INT64_MAX / 2;

struct Db {
    char *url;
    char *schema;
    char *name;
    PGconn *conn;
    bool open;         /* a transaction is open */
    bool known;        /* this connection has BEGIN_PREPARED */
    bool shared;       /* its transactions do not all have the same server process */
    DbPlans plans;     /* of the open transaction */
    int64_t forget_ms; /* when what the connection has prepared is dropped */
    DbStatements *statements;
    int64_t patience_ms; /* with a statement that is not answered */
    int64_t epoch;
    int64_t connects;
    char sqlstate[6];
};

struct DbResult {
    PGresult *pg;
};

Db *db_new(const char *url, const char *schema, const char *name)
{
    Db *db = mem_alloc(sizeof *db);
    db->url = mem_strdup(url);
    db->schema = mem_strdup(schema);
    db->name = mem_strdup(name);
    return db;
}

/* Of this connection. */
static void db_forget_prepared(Db *db)
{
    db->known = false;
    db_statements_free(db->statements);
    db->statements = NULL;
}

static void db_disconnect(Db *db)
{
    if (db->conn != NULL) {
        PQfinish(db->conn);
    }
    db->conn = NULL;
    db->open = false;
    db_forget_prepared(db);
}

void db_close(Db *db)
{
    if (db == NULL) {
        return;
    }
    db_disconnect(db);
    free(db->url);
    free(db->schema);
    free(db->name);
    free(db);
}

int64_t db_epoch(const Db *db)
{
    return db->epoch;
}

int64_t db_connects(const Db *db)
{
    return db->connects;
}

const char *db_sqlstate(const Db *db)
{
    return db->sqlstate;
}

/* ---- errors ---- */

/* First match wins; a prefix of two characters stands for its class. */
static const struct SqlStateRule {
    const char *prefix;
    Status status;
    const char *code;
} db_sqlstate_rules[] = {
    {"08", STATUS_RETRY, "db_connection"},     {"53", STATUS_RETRY, "db_resources"},
    {"57014", STATUS_RETRY, "db_timeout"},     {"57", STATUS_RETRY, "db_shutdown"},
    {"58", STATUS_RETRY, "db_system"},         {"40", STATUS_RETRY, "db_conflict"},
    {"55P03", STATUS_RETRY, "db_lock"},        {"25006", STATUS_RETRY, "db_read_only"},
    {"25P03", STATUS_RETRY, "db_timeout"},     {"25", STATUS_RETRY, "db_transaction"},
    {"23505", STATUS_BAD_INPUT, "db_unique"},  {"22", STATUS_BAD_INPUT, "db_data"},
    {"23", STATUS_BAD_INPUT, "db_constraint"}, {"28", STATUS_FATAL, "db_login"},
    {"3D", STATUS_FATAL, "db_missing"},        {"42", STATUS_FATAL, "db_schema"},
    {"54", STATUS_BAD_INPUT, "db_limit"},      {"XX", STATUS_RETRY, "db_internal"},
};

static Status db_classify(Db *db, const PGresult *result, Error *err)
{
    const char *sqlstate = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (sqlstate == NULL || PQstatus(db->conn) != CONNECTION_OK) {
        snprintf(db->sqlstate, sizeof db->sqlstate, "%s", "08006");
        error_set(err, STATUS_RETRY, "db_connection", "PostgreSQL: %s", PQerrorMessage(db->conn));
        db_disconnect(db);
        return STATUS_RETRY;
    }
    snprintf(db->sqlstate, sizeof db->sqlstate, "%s", sqlstate);
    if (strcmp(sqlstate, "25006") == 0) {
        db_disconnect(db); /* a standby by now: another of the URL's hosts may be the primary */
    }
    for (size_t i = 0; i < sizeof db_sqlstate_rules / sizeof db_sqlstate_rules[0]; i++) {
        const struct SqlStateRule *rule = &db_sqlstate_rules[i];
        if (strncmp(sqlstate, rule->prefix, strlen(rule->prefix)) == 0) {
            return error_set(err, rule->status, rule->code, "PostgreSQL %s: %s", sqlstate, text);
        }
    }
    return error_set(err, STATUS_RETRY, "db_error", "PostgreSQL %s: %s", sqlstate, text);
}

static Status db_fail(Db *db, const PGresult *result, Error *err)
{
    Status status = db_classify(db, result, err);
    if (status == STATUS_RETRY) {
        metric_add(&metric_db_retry, 1, db->sqlstate, NULL);
    }
    return status;
}

static Status db_lost(Db *db, const char *what, Error *err)
{
    snprintf(db->sqlstate, sizeof db->sqlstate, "%s", "08006");
    metric_add(&metric_db_retry, 1, db->sqlstate, NULL);
    db_disconnect(db);
    return error_set(err, STATUS_RETRY, "db_connection", "PostgreSQL: %s", what);
}

/* ---- waiting ---- */

/* Ends the backends that block ours and have waited on their client for long: their processes are
 * frozen or gone, and hold locks meanwhile. The owner's function looks and ends: a worker's role
 * may not see or end backends of others. */
static void db_end_frozen_blockers(const Db *db)
{
    if (BROKEN(BLOCKERS)) {
        return;
    }
    AUTO_FREE char *sql = mem_sprintf("SELECT \"%s\".blockers_end($1::int)", db->schema);
    char pid[16];
    snprintf(pid, sizeof pid, "%d", PQbackendPID(db->conn));
    const char *values[] = {pid};
    const char *const keywords[] = {"dbname", "host", "hostaddr", "port", "connect_timeout", NULL};
    const char *const settings[] = {
        db->url, PQhost(db->conn), PQhostaddr(db->conn), PQport(db->conn), "3", NULL};
    PGconn *second = PQconnectdbParams(keywords, settings, 1);
    if (PQstatus(second) == CONNECTION_OK) {
        PGresult *result = PQexecParams(second, sql, 1, NULL, values, NULL, NULL, 0);
        for (int row = 0; row < PQntuples(result); row++) {
            LOG_WARN("db.blocker_ended", "pid=%s", PQgetvalue(result, row, 0));
        }
        PQclear(result);
    }
    PQfinish(second);
}

static bool db_poll_socket(const Db *db, short events, int64_t wait_ms)
{
    struct pollfd fd = {.fd = PQsocket(db->conn), .events = events};
    int ready = poll(&fd, 1, (int)wait_ms);
    return ready > 0 || (ready < 0 && errno == EINTR);
}

static Status db_flush(Db *db, int64_t deadline_ms, Error *err)
{
    for (;;) {
        int left = PQflush(db->conn);
        if (left == 0) {
            return STATUS_OK;
        }
        if (left < 0) {
            return db_fail(db, NULL, err);
        }
        int64_t wait_ms = deadline_ms - clock_mono_ms();
        if (wait_ms <= 0) {
            return db_lost(db, "the server did not read for too long", err);
        }
        db_poll_socket(db, POLLIN | POLLOUT, wait_ms);
        if (!PQconsumeInput(db->conn)) {
            return db_fail(db, NULL, err);
        }
    }
}

static Status db_wait_input(Db *db, Error *err)
{
    int64_t begun_ms = clock_mono_ms();
    int64_t look_ms = begun_ms + BLOCKED_AFTER_MS;
    Status status = db_flush(db, begun_ms + ANSWER_DEADLINE_MS, err);
    while (status == STATUS_OK && PQisBusy(db->conn)) {
        int64_t now_ms = clock_mono_ms();
        if (now_ms >= begun_ms + db->patience_ms) {
            return db_lost(db, "the server did not answer in time", err);
        }
        if (now_ms >= look_ms) {
            db_end_frozen_blockers(db);
            look_ms = now_ms + 1500;
        }
        db_poll_socket(db, POLLIN, 500);
        if (!PQconsumeInput(db->conn)) {
            return db_fail(db, NULL, err);
        }
    }
    return status;
}

/* The last result of what was sent; earlier ones of a script are dropped unless they are errors. */
static Status db_collect(Db *db, PGresult **ret, Error *err)
{
    PGresult *kept = NULL;
    for (;;) {
        Status status = db_wait_input(db, err);
        if (status != STATUS_OK) {
            PQclear(kept);
            return status;
        }
        PGresult *result = PQgetResult(db->conn);
        if (result == NULL) {
            break;
        }
        ExecStatusType kind = PQresultStatus(result);
        if (kept != NULL && PQresultStatus(kept) == PGRES_FATAL_ERROR) {
            PQclear(result);
            continue;
        }
        PQclear(kept);
        kept = result;
        if (kind == PGRES_COPY_IN || kind == PGRES_COPY_OUT) {
            break;
        }
    }
    if (kept == NULL || PQresultStatus(kept) == PGRES_FATAL_ERROR) {
        Status status = db_fail(db, kept, err);
        PQclear(kept);
        return status;
    }
    *ret = kept;
    return STATUS_OK;
}

/* ---- connection and transaction ---- */

static void db_notice(void *context, const char *message)
{
    (void)context;
    LOG_DEBUG("db.notice", "%s", message);
}

/* What the connection string says, of which ours depends. */
typedef struct DbUrl {
    bool several; /* hosts */
    char *name;   /* application_name, or NULL */
} DbUrl;

static void db_url_done(DbUrl *url)
{
    free(url->name);
}
#define AUTO_DB_URL __attribute__((cleanup(db_url_done))) DbUrl

static void db_url_take(DbUrl *url, const PQconninfoOption *part)
{
    if (part->val != NULL && strncmp(part->keyword, "host", 4) == 0) {
        url->several |= strchr(part->val, ',') != NULL;
    } else if (part->val != NULL && strcmp(part->keyword, "application_name") == 0) {
        url->name = mem_strdup(part->val);
    }
}

/* Can it be read? libpq's own text about a string that it cannot read is not shown: it may hold a
 * part of it, of a password, say. */
static bool db_url_reads(const char *text, DbUrl *ret)
{
    PQconninfoOption *parts = PQconninfoParse(text, NULL);
    bool reads = parts != NULL;
    for (PQconninfoOption *part = parts; part != NULL && part->keyword != NULL; part++) {
        db_url_take(ret, part);
    }
    PQconninfoFree(parts);
    return reads;
}

/* By how it begins blockers_end() knows a connection of ours; what the user calls it comes behind.
 */
static char *db_application_name(const Db *db, const DbUrl *url)
{
    const char *given = url->name != NULL ? url->name : getenv("PGAPPNAME");
    bool named = given != NULL && given[0] != '\0';
    return named ? mem_sprintf("%s (%s)", db->name, given) : mem_strdup(db->name);
}

static Status db_connect(Db *db, Error *err)
{
    if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK &&
        PQtransactionStatus(db->conn) == PQTRANS_IDLE) {
        return STATUS_OK;
    }
    db_disconnect(db);
    char timeout[8];
    snprintf(timeout, sizeof timeout, "%d", CONNECT_TIMEOUT_S);
    AUTO_DB_URL url = {0};
    if (!db_url_reads(db->url, &url)) {
        return error_set(err, STATUS_FATAL, "database_url",
                         "DATABASE_URL is no connection string that libpq can read: blanks and "
                         "other signs in a password are percent-encoded in a URL, quoted in "
                         "key='value' pairs");
    }
    AUTO_FREE char *name = db_application_name(db, &url);
    /* A default; what stands in the URL, which comes behind it, holds. What comes behind the URL
     * holds whatever that says. */
    const char *attributes = url.several ? "read-write" : NULL;
    const char *const keywords[] = {"target_session_attrs", "dbname",
                                    "application_name",     "connect_timeout",
                                    "keepalives_idle",      "keepalives_interval",
                                    "keepalives_count",     "tcp_user_timeout",
                                    "client_encoding",      NULL};
    const char *const settings[] = {attributes, db->url, name,    timeout, "10",
                                    "5",        "3",     "20000", "UTF8",  NULL};
    db->conn = PQconnectdbParams(keywords, settings, 1);
    if (PQstatus(db->conn) != CONNECTION_OK) {
        return db_fail(db, NULL, err);
    }
    db->connects++;
    PQsetNoticeProcessor(db->conn, db_notice, db);
    PQsetnonblocking(db->conn, 1);
    return STATUS_OK;
}

static Status db_simple(Db *db, const char *sql, PGresult **ret, Error *err)
{
    db->sqlstate[0] = '\0';
    if (!PQsendQuery(db->conn, sql)) {
        return db_fail(db, NULL, err);
    }
    return db_collect(db, ret, err);
}

/* A transaction, with what it begins with. */
static Status db_open(Db *db, const char *sql, PGresult **ret, Error *err)
{
    db->open = true;
    db->plans = DB_PLANS_EACH;
    db->patience_ms = ANSWER_DEADLINE_MS;
    Status status = db_simple(db, sql, ret, err);
    if (status != STATUS_OK) {
        db_rollback(db);
    }
    return status;
}

#define BEGIN "BEGIN ISOLATION LEVEL READ COMMITTED; "

static Status db_begin_with(Db *db, const char *more, PGresult **ret, Error *err)
{
    assert(!db->open);
    Status status = db_connect(db, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_STRBUF sql = STRBUF_INIT;
    strbuf_addf(&sql,
                BEGIN "SET LOCAL search_path = \"%s\"; SET LOCAL statement_timeout = %d; "
                      "SET LOCAL lock_timeout = %d; SET LOCAL plan_cache_mode = force_custom_plan; "
                      "SET LOCAL idle_in_transaction_session_timeout = %d; %s",
                db->schema, (int)STATEMENT_TIMEOUT_MS, (int)LOCK_TIMEOUT_MS, (int)IDLE_TIMEOUT_MS,
                more);
    return db_open(db, sql.data, ret, err);
}

Status db_begin_unchecked(Db *db, Error *err)
{
    PGresult *result = NULL;
    Status status = db_begin_with(db, "", &result, err);
    PQclear(result);
    return status;
}

#define LONG_SETTINGS                                                                              \
    "SET LOCAL statement_timeout = 0; SET LOCAL client_connection_check_interval = 2000; "         \
    "SET TRANSACTION READ ONLY"

/* Between its statements, which are short and many, it may wait for others that share the snapshot.
 */
#define SNAPSHOT_SETTINGS                                                                          \
    "SET LOCAL idle_in_transaction_session_timeout = 60000; SET LOCAL jit = off; " LONG_SETTINGS   \
    ", ISOLATION LEVEL REPEATABLE READ"

static Status db_begin_lasting(Db *db, const char *more, Error *err)
{
    PGresult *result = NULL;
    Status status = db_begin_with(db, more, &result, err);
    PQclear(result);
    db->patience_ms = FOREVER_MS;
    return status;
}

Status db_begin_long(Db *db, Error *err)
{
    return db_begin_lasting(db, LONG_SETTINGS, err);
}

Status db_begin_snapshot(Db *db, Error *err)
{
    return db_begin_lasting(db, SNAPSHOT_SETTINGS, err);
}

Status db_export_snapshot(Db *db, char ret_snapshot[DB_SNAPSHOT_SIZE], Error *err)
{
    PGresult *result = NULL;
    Status status = db_simple(db, "SELECT pg_export_snapshot()", &result, err);
    if (status == STATUS_OK) {
        snprintf(ret_snapshot, DB_SNAPSHOT_SIZE, "%s", PQgetvalue(result, 0, 0));
    }
    PQclear(result);
    return status;
}

Status db_begin_snapshot_of(Db *db, const char *snapshot, Error *err)
{
    assert(snapshot[strspn(snapshot, "0123456789ABCDEFabcdef-")] == '\0');
    AUTO_STRBUF more = STRBUF_INIT;
    strbuf_addf(&more, SNAPSHOT_SETTINGS "; SET TRANSACTION SNAPSHOT '%s'", snapshot);
    return db_begin_lasting(db, more.data, err);
}

/* ---- db_begin(): the namespace's epoch, and whether the record is the one that it belongs to ----
 *
 * The system identifier and the timeline say which history of the record this is. A server process
 * of a primary keeps both for as long as it lives: what it said once is compared with what the
 * namespace has by then, in a statement prepared for that. Behind a pooler, which gives each
 * transaction another server process, and on a standby, which may be promoted, both are asked for
 * each time. */

#define BEGIN_PREPARED "\"leadspool %s\"" /* the schema */

/* Short statements are not compiled: that takes longer than all of them. What the server says of
 * itself comes last, so that a standby that is promoted meanwhile is one that was compared, or none
 * of its timeline. */
static const char begin_and_ask[] =
    "SET LOCAL jit = off; "
    "SELECT epoch, system_identifier = identifier AND (pg_is_in_recovery() OR "
    "timeline = substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)), "
    "pg_backend_pid(), identifier, CASE WHEN NOT pg_is_in_recovery() "
    "THEN substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END "
    "FROM namespace CROSS JOIN (SELECT system_identifier::text AS identifier "
    "FROM pg_control_system()) control";

enum { EPOCH, SAME, BACKEND_PID, IDENTIFIER, TIMELINE };

static bool begin_can_be_prepared(const Db *db, const PGresult *result)
{
    return !db->known && !db->shared && !PQgetisnull(result, 0, TIMELINE) &&
           atoi(PQgetvalue(result, 0, BACKEND_PID)) == PQbackendPID(db->conn);
}

/* Something between us and the server may let us see a process of it and not keep that for us: then
 * what is prepared is there twice, or not at all. From now on the long way is taken. */
static Status begin_judge(Db *db, Status status, Error *err)
{
    if (status == STATUS_OK || strncmp(db->sqlstate, "08", 2) == 0) {
        return status;
    }
    bool refused = strncmp(db->sqlstate, "26", 2) == 0 || strncmp(db->sqlstate, "0A", 2) == 0;
    if (refused || status != STATUS_RETRY) {
        db->shared = true;
        db_disconnect(db);
        return error_set(err, STATUS_RETRY, "db_prepared", "a prepared statement was refused (%s)",
                         db->sqlstate);
    }
    return status;
}

/* Once a connection, in its first transaction; what is prepared outlives that. */
static Status begin_prepare(Db *db, const PGresult *result, Error *err)
{
    const char *identifier = PQgetvalue(result, 0, IDENTIFIER);
    const char *timeline = PQgetvalue(result, 0, TIMELINE);
    assert(identifier[strspn(identifier, "0123456789")] == '\0');
    assert(timeline[strspn(timeline, "0123456789ABCDEF")] == '\0');
    AUTO_STRBUF sql = STRBUF_INIT;
    /* It leaves the search path alone: that it was planned under another than it ended with would
     * have it planned anew each time. */
    strbuf_addf(&sql,
                "PREPARE " BEGIN_PREPARED " AS SELECT epoch, system_identifier = '%s' AND "
                "timeline = '%s', set_config('statement_timeout', '%d', true), "
                "set_config('idle_in_transaction_session_timeout', '%d', true), "
                "set_config('plan_cache_mode', 'force_custom_plan', true), "
                "set_config('jit', 'off', true) FROM \"%s\".namespace",
                db->schema, identifier, timeline, STATEMENT_TIMEOUT_MS, IDLE_TIMEOUT_MS,
                db->schema);
    PGresult *prepared = NULL;
    Status status = begin_judge(db, db_simple(db, sql.data, &prepared, err), err);
    PQclear(prepared);
    db->known = status == STATUS_OK;
    db->forget_ms = clock_mono_ms() + PREPARED_MS;
    return status;
}

/* Now and then all are prepared anew: tables grow, and what came once does not come for ever. */
static Status begin_forget(Db *db, Error *err)
{
    PGresult *result = NULL;
    if (!db->known || clock_mono_ms() < db->forget_ms) {
        return STATUS_OK;
    }
    db->patience_ms = ANSWER_DEADLINE_MS;
    Status status = db_simple(db, "DEALLOCATE ALL", &result, err);
    PQclear(result);
    if (status != STATUS_OK) {
        db_disconnect(db);
        return error_set(err, STATUS_RETRY, "db_prepared",
                         "prepared statements could not be dropped (%s)", db->sqlstate);
    }
    db_forget_prepared(db);
    return STATUS_OK;
}

/* What the prepared statement waits for is bounded before it runs. */
static Status begin_again(Db *db, PGresult **ret, Error *err)
{
    AUTO_STRBUF sql = STRBUF_INIT;
    strbuf_addf(&sql,
                BEGIN "SET LOCAL search_path = \"%s\"; SET LOCAL lock_timeout = %d; "
                      "EXECUTE " BEGIN_PREPARED,
                db->schema, (int)LOCK_TIMEOUT_MS, db->schema);
    return begin_judge(db, db_open(db, sql.data, ret, err), err);
}

Status db_begin(Db *db, Error *err)
{
    assert(!db->open);
    PGresult *result = NULL;
    Status status = db_connect(db, err);
    if (status == STATUS_OK) {
        status = begin_forget(db, err);
    }
    if (status == STATUS_OK) {
        status = db->known ? begin_again(db, &result, err)
                           : db_begin_with(db, begin_and_ask, &result, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    bool same = PQntuples(result) == 1 && PQgetvalue(result, 0, SAME)[0] == 't';
    db->epoch = same ? strtoll(PQgetvalue(result, 0, EPOCH), NULL, 10) : 0;
    if (!same) {
        status = error_set(
            err, STATUS_RETRY, "record_set_back",
            "the database was restored or failed over: check it, then run `leadspool epoch bump`");
    } else if (!db->known && begin_can_be_prepared(db, result)) {
        status = begin_prepare(db, result, err);
    }
    PQclear(result);
    if (status != STATUS_OK) {
        db_rollback(db);
    }
    return status;
}

Status db_commit(Db *db, Error *err)
{
    assert(db->open);
    PGresult *result = NULL;
    Status status = db_simple(db, "COMMIT", &result, err);
    db->open = false;
    if (status != STATUS_OK) {
        if (db->conn == NULL) {
            return error_set(err, STATUS_RETRY, "commit_unknown", "the reply to COMMIT was lost");
        }
        return status;
    }
    /* COMMIT of a failed transaction answers ROLLBACK and no error. */
    bool committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
    PQclear(result);
    if (!committed) {
        return error_set(err, STATUS_RETRY, "db_rolled_back",
                         "the transaction had failed before COMMIT");
    }
    return STATUS_OK;
}

void db_rollback(Db *db)
{
    if (db == NULL || !db->open) {
        return;
    }
    db->open = false;
    PGresult *result = NULL;
    char sqlstate[sizeof db->sqlstate];
    memcpy(sqlstate, db->sqlstate, sizeof sqlstate);
    if (db->conn != NULL && db_simple(db, "ROLLBACK", &result, NULL) != STATUS_OK) {
        db_disconnect(db);
    }
    memcpy(db->sqlstate, sqlstate, sizeof sqlstate);
    PQclear(result);
}

/* ---- statements ---- */

void db_plan_by(Db *db, DbPlans plans)
{
    assert(db->open);
    db->plans = plans;
}

static Status db_run_once(
    Db *db, const char *sql, const DbParams *params, int result_format, PGresult **ret, Error *err)
{
    if (!PQsendQueryParams(db->conn, sql, params->count, NULL, params->values, params->lengths,
                           params->binary, result_format)) {
        return db_fail(db, NULL, err);
    }
    return db_collect(db, ret, err);
}

/* The server does not have it, or has it already: what is prepared is not kept for us alone, and
 * nothing is prepared from now on. Or its table is another by now: another connection begins anew.
 */
static Status db_judge_prepared(Db *db, Status status, Error *err)
{
    bool strange = strncmp(db->sqlstate, "26", 2) == 0 || strcmp(db->sqlstate, "42P05") == 0;
    if (strange || strncmp(db->sqlstate, "0A", 2) == 0) {
        db->shared |= strange;
        db_disconnect(db);
        return error_set(err, STATUS_RETRY, "db_statement",
                         "PostgreSQL did not know a prepared statement as it was");
    }
    return status;
}

static Status db_prepare(Db *db, DbStatement *statement, const char *sql, Error *err)
{
    PGresult *prepared = NULL;
    if (!PQsendPrepare(db->conn, statement->name, sql, 0, NULL)) {
        return db_fail(db, NULL, err);
    }
    Status status = db_collect(db, &prepared, err);
    PQclear(prepared);
    if (status == STATUS_OK) {
        statement->prepared = true;
        return status;
    }
    return db_judge_prepared(db, status, err); /* which may have freed the statement */
}

static Status db_run_prepared(Db *db,
                              DbStatement *statement,
                              const char *sql,
                              const DbParams *params,
                              int result_format,
                              PGresult **ret,
                              Error *err)
{
    Status status = statement->prepared ? STATUS_OK : db_prepare(db, statement, sql, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (!PQsendQueryPrepared(db->conn, statement->name, params->count, params->values,
                             params->lengths, params->binary, result_format)) {
        return db_fail(db, NULL, err);
    }
    status = db_collect(db, ret, err);
    return status == STATUS_OK ? status : db_judge_prepared(db, status, err);
}

/* Without parameters the server would keep its first plan, whatever becomes of the tables. */
static DbStatement *db_statement_of(Db *db, const char *sql, const DbParams *params)
{
    if (!db->known || !db->open || params->count == 0) {
        return NULL;
    }
    uint64_t scope = hash_u64(db->schema, strlen(db->schema), db->plans);
    return db_statements_see(&db->statements, sql, scope);
}

static Status db_run(
    Db *db, const char *sql, const DbParams *params, int result_format, PGresult **ret, Error *err)
{
    static const DbParams none;
    db->sqlstate[0] = '\0';
    if (db->conn == NULL) {
        return db_fail(db, NULL, err);
    }
    params = params != NULL ? params : &none;
    DbStatement *statement = db_statement_of(db, sql, params);
    return statement != NULL ? db_run_prepared(db, statement, sql, params, result_format, ret, err)
                             : db_run_once(db, sql, params, result_format, ret, err);
}

static Status db_query_format(
    Db *db, const char *sql, const DbParams *params, int format, DbResult **ret, Error *err)
{
    PGresult *pg = NULL;
    Status status = db_run(db, sql, params, format, &pg, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (ret == NULL) {
        PQclear(pg);
        return STATUS_OK;
    }
    *ret = mem_alloc(sizeof **ret);
    (*ret)->pg = pg;
    return STATUS_OK;
}

Status db_query(Db *db, const char *sql, const DbParams *params, DbResult **ret, Error *err)
{
    assert(db->open);
    return db_query_format(db, sql, params, 0, ret, err);
}

Status db_query_binary(Db *db, const char *sql, const DbParams *params, DbResult **ret, Error *err)
{
    assert(db->open);
    return db_query_format(db, sql, params, 1, ret, err);
}

Status db_look(Db *db, const char *sql, const DbParams *params, DbResult **ret, Error *err)
{
    static const char mark[] = "[schema]";
    assert(!db->open);
    Status status = db_connect(db, err);
    if (status != STATUS_OK) {
        return status;
    }
    const char *at = strstr(sql, mark);
    AUTO_STRBUF named = STRBUF_INIT;
    strbuf_addf(&named, "%.*s\"%s\"%s", (int)(at - sql), sql, db->schema, at + sizeof mark - 1);
    db->patience_ms = LOOK_DEADLINE_MS;
    return db_query_format(db, named.data, params, 1, ret, err);
}

Status db_exec(Db *db, const char *sql, const DbParams *params, int64_t expected, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql, params, &result, err);
    if (status == STATUS_OK && expected >= 0 && db_affected(result) != expected) {
        return error_set(err, STATUS_RETRY, "row_count",
                         "changed %" PRId64 " rows in place of %" PRId64, db_affected(result),
                         expected);
    }
    return status;
}

Status db_script(Db *db, const char *sql, Error *err)
{
    assert(db->open);
    PGresult *result = NULL;
    Status status = db_simple(db, sql, &result, err);
    PQclear(result);
    return status;
}

void db_result_free(DbResult *result)
{
    if (result != NULL) {
        PQclear(result->pg);
        free(result);
    }
}

int db_rows(const DbResult *result)
{
    return PQntuples(result->pg);
}

int64_t db_affected(const DbResult *result)
{
    return strtoll(PQcmdTuples(result->pg), NULL, 10);
}

bool db_is_null(const DbResult *result, int row, int column)
{
    return PQgetisnull(result->pg, row, column) != 0;
}

const char *db_text(const DbResult *result, int row, int column)
{
    return db_is_null(result, row, column) ? NULL : PQgetvalue(result->pg, row, column);
}

int64_t db_i64(const DbResult *result, int row, int column)
{
    return strtoll(PQgetvalue(result->pg, row, column), NULL, 10);
}

bool db_bool(const DbResult *result, int row, int column)
{
    return PQgetvalue(result->pg, row, column)[0] == 't';
}

const char *db_bytes(const DbResult *result, int row, int column, size_t *ret_len)
{
    *ret_len = (size_t)PQgetlength(result->pg, row, column);
    return PQgetvalue(result->pg, row, column);
}

int64_t db_bin_i64(const DbResult *result, int row, int column)
{
    size_t len;
    const char *bytes = db_bytes(result, row, column, &len);
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value = value << 8 | (unsigned char)bytes[i];
    }
    switch (len) {
    case 2:
        return (int16_t)value;
    case 4:
        return (int32_t)value;
    default:
        return (int64_t)value;
    }
}

int db_bin_find(const DbResult *result, int column, int64_t value)
{
    int low = 0;
    int high = db_rows(result);
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (db_bin_i64(result, middle, column) < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < db_rows(result) && db_bin_i64(result, low, column) == value ? low : -1;
}

/* ---- COPY ---- */

static Status db_copy_begin(Db *db, const char *sql, ExecStatusType expected, Error *err)
{
    assert(db->open);
    PGresult *result = NULL;
    Status status = db_run(db, sql, NULL, 0, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    bool copying = PQresultStatus(result) == expected;
    PQclear(result);
    return copying ? STATUS_OK
                   : error_set(err, STATUS_FATAL, "db_schema", "not a COPY statement: %s", sql);
}

static Status db_copy_put(Db *db, const char *data, size_t len, int64_t deadline_ms, Error *err)
{
    for (;;) {
        int sent = PQputCopyData(db->conn, data, (int)len);
        if (sent == 1) {
            return STATUS_OK;
        }
        if (sent < 0) {
            return db_fail(db, NULL, err);
        }
        Status status = db_flush(db, deadline_ms, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
}

Status db_copy_in(Db *db, const char *sql, const char *data, size_t len, Error *err)
{
    Status status = db_copy_begin(db, sql, PGRES_COPY_IN, err);
    int64_t deadline_ms = clock_mono_ms() + ANSWER_DEADLINE_MS;
    for (size_t at = 0; status == STATUS_OK && at < len; at += COPY_PIECE_BYTES) {
        size_t piece = len - at < COPY_PIECE_BYTES ? len - at : COPY_PIECE_BYTES;
        status = db_copy_put(db, data + at, piece, deadline_ms, err);
        if (status == STATUS_OK) {
            status = db_flush(db, deadline_ms, err);
        }
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (PQputCopyEnd(db->conn, NULL) < 0) {
        return db_fail(db, NULL, err);
    }
    PGresult *result = NULL;
    status = db_collect(db, &result, err);
    PQclear(result);
    return status;
}

/* ---- COPY to the client ---- */

enum { COPY_IDLE_MS = 250 };

static Status db_copy_wait(Db *db, DbCopyTaker take, void *context, Error *err)
{
    if (!db_poll_socket(db, POLLIN, COPY_IDLE_MS)) {
        return take(context, NULL, 0, err);
    }
    return PQconsumeInput(db->conn) ? STATUS_OK : db_fail(db, NULL, err);
}

static Status db_copy_rows(Db *db, DbCopyTaker take, void *context, Error *err)
{
    for (;;) {
        char *row = NULL;
        Status status;
        int len = PQgetCopyData(db->conn, &row, 1);
        if (len == -1) { /* what comes next says how it ended */
            return STATUS_OK;
        }
        if (len < 0) {
            return db_fail(db, NULL, err);
        }
        if (len == 0) {
            status = db_copy_wait(db, take, context, err);
        } else {
            status = take(context, row, (size_t)len, err);
            PQfreemem(row);
        }
        if (status != STATUS_OK) {
            return status;
        }
    }
}

static Status db_copy_result(Db *db, PGresult *pg, DbCopyTaker take, void *context, Error *err)
{
    switch (PQresultStatus(pg)) {
    case PGRES_COPY_OUT:
        return db_copy_rows(db, take, context, err);
    case PGRES_COMMAND_OK:
        return STATUS_OK;
    default:
        return db_fail(db, pg, err);
    }
}

/* Until the next result is there; one that is sorted first takes its time. */
static Status db_copy_await(Db *db, DbCopyTaker take, void *context, Error *err)
{
    Status status = db_flush(db, clock_mono_ms() + ANSWER_DEADLINE_MS, err);
    while (status == STATUS_OK && PQisBusy(db->conn)) {
        status = db_copy_wait(db, take, context, err);
    }
    return status;
}

Status db_copy_out(Db *db, const char *sql, DbCopyTaker take, void *context, Error *err)
{
    assert(db->open);
    db->sqlstate[0] = '\0';
    if (db->conn == NULL || !PQsendQueryParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 0)) {
        return db_fail(db, NULL, err);
    }
    for (;;) {
        Status status = db_copy_await(db, take, context, err);
        PGresult *pg = status == STATUS_OK ? PQgetResult(db->conn) : NULL;
        if (status == STATUS_OK && pg == NULL) {
            return STATUS_OK;
        }
        if (status == STATUS_OK) {
            status = db_copy_result(db, pg, take, context, err);
            PQclear(pg);
        }
        if (status != STATUS_OK) {
            db_disconnect(db); /* the rest of the rows is on its way */
            return status;
        }
    }
}
