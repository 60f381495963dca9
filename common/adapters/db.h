/* db.h - PostgreSQL through libpq. Layer: adapters.
 *
 * One Db is one connection, used by one thread. Every statement but db_look() runs in a transaction
 * that begins with its own timeouts and search_path, parameters are always bound. Nothing is kept
 * in the session but prepared statements, and those only where the server's process is seen to be
 * our own. So pgbouncer in transaction mode works. What comes again is prepared by itself
 * (db_statements.h).
 *
 * A connection that fails is opened again by the next db_begin(). Every wait has a deadline, but
 * for the statements of db_begin_long(). A statement that waits for a lock behind a process frozen
 * in the middle of its transaction ends that process's backend (pg_blocking_pids() from a second
 * connection, when the backend has waited on its client for more than five seconds).
 *
 * Statuses: STATUS_RETRY for a lost connection, deadlock, serialization failure, lock or statement
 * timeout, full disk, read-only server; STATUS_BAD_INPUT for data that the server refuses;
 * STATUS_FATAL for SQL that the schema does not know. After any failure inside a transaction call
 * db_rollback(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

typedef struct Db Db;
typedef struct DbResult DbResult;

/* name: begins the application_name, "leadspool ..." where its backend may be ended when it is
 * frozen; what the URL or PGAPPNAME says stands behind it, in brackets. schema: the namespace. Does
 * not connect yet; url and schema are copied. */
Db *db_new(const char *url, const char *schema, const char *name);
void db_close(Db *db);

/* BEGIN with SET LOCAL timeouts and search_path, in one round trip; connects when needed. When the
 * namespace exists its epoch is read along. Fails with code record_set_back (STATUS_RETRY) while
 * the server is not the one that the epoch belongs to. */
Status db_begin(Db *db, Error *err) MUST_CHECK;
/* STATUS_RETRY with code commit_unknown when the reply was lost: the transaction may have happened.
 */
Status db_commit(Db *db, Error *err) MUST_CHECK;
void db_rollback(Db *db); /* also when no transaction is open */

/* The namespace's epoch as of the last db_begin(). */
int64_t db_epoch(const Db *db);
/* How often it connected: what was learned before the last time may be of a server that is gone. */
int64_t db_connects(const Db *db);

/* db_begin() for what must work without a namespace, or while the record is set back: migrations,
 * repair. */
Status db_begin_unchecked(Db *db, Error *err) MUST_CHECK;

/* db_begin_unchecked() for looks at all of a large table: read only, and a statement may take as
 * long as it does. The server ends it soon after the client is gone. */
Status db_begin_long(Db *db, Error *err) MUST_CHECK;
/* The same, and all of its statements see one snapshot. */
Status db_begin_snapshot(Db *db, Error *err) MUST_CHECK;

/* An open snapshot's name, for other connections: db_begin_snapshot_of() there sees what this one
 * sees. It has to be begun while this transaction is open, which may end afterwards. */
enum { DB_SNAPSHOT_SIZE = 64 };
Status db_export_snapshot(Db *db, char ret_snapshot[DB_SNAPSHOT_SIZE], Error *err) MUST_CHECK;
/* db_begin_snapshot() at another's snapshot. */
Status db_begin_snapshot_of(Db *db, const char *snapshot, Error *err) MUST_CHECK;

/* Settings of the planner that a transaction may change for itself, plan_cache_mode among them: a
 * statement that comes again is prepared once for each, so that a plan that is kept was made under
 * them. Whoever changes them says so; the next transaction begins with DB_PLANS_EACH again. */
typedef enum DbPlans {
    DB_PLANS_EACH,     /* none is kept: the best one depends on how large the tables are by now */
    DB_PLANS_BY_INDEX, /* many look-ups by index */
    DB_PLANS_IN_ORDER, /* by index, and in its order */
} DbPlans;
void db_plan_by(Db *db, DbPlans plans);

/* SQLSTATE of the last failure, or "". */
const char *db_sqlstate(const Db *db);

/* 2000-01-01, in microseconds of Unix: a binary timestamptz counts from there. */
#define DB_EPOCH_US INT64_C(946684800000000)

/* Parameters of one statement. Text is borrowed until the statement ran; numbers are kept inside.
 */
#define DB_PARAMS_MAX 32
typedef struct DbParams {
    int count;
    const char *values[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX];
    int binary[DB_PARAMS_MAX];
    char numbers[DB_PARAMS_MAX][24];
} DbParams;

void db_param_text(DbParams *params, const char *text); /* NULL is SQL null */
void db_param_i64(DbParams *params, int64_t value);
void db_param_bool(DbParams *params, bool value);
void db_param_time(DbParams *params, int64_t unix_us); /* for $n::timestamptz; 0 is SQL null */
void db_param_bytes(DbParams *params, const void *bytes, size_t len);

/* Arrays in the binary format. Begin, add every element, end; then pass as db_param_array(). */
typedef enum DbArrayType {
    DB_ARRAY_BOOL = 16,
    DB_ARRAY_BYTEA = 17,
    DB_ARRAY_INT8 = 20,
    DB_ARRAY_INT2 = 21,
    DB_ARRAY_INT4 = 23,
    DB_ARRAY_TEXT = 25,
    DB_ARRAY_TID = 27,
    DB_ARRAY_XID = 28,
    DB_ARRAY_TIME = 1184, /* timestamptz */
    DB_ARRAY_JSONB = 3802,
} DbArrayType;
typedef struct DbArray {
    StrBuf buf;
    int32_t count;
    DbArrayType type;
} DbArray;
void db_array_begin(DbArray *array,
                    DbArrayType type);            /* of a zeroed or used array; memory is kept */
void db_array_i64(DbArray *array, int64_t value); /* as the array's type asks: 1, 2, 4 or 8 bytes */
void db_array_time(DbArray *array, int64_t unix_us);
/* Also the six bytes of a tid as they came, and JSON text for jsonb. */
void db_array_text(DbArray *array, const char *bytes, size_t len);
void db_array_string(DbArray *array, const char *text_or_null);
void db_array_null(DbArray *array);
/* SQL null for a value that means none; a time of 0 does. */
void db_array_i64_or_null(DbArray *array, int64_t value, int64_t none);
void db_array_time_or_null(DbArray *array, int64_t unix_us);
void db_array_done(DbArray *array);
void db_param_array(DbParams *params, DbArray *array);

/* Run one statement in the open transaction. ret may be NULL. Free the result with
 * db_result_free(). */
Status
db_query(Db *db, const char *sql, const DbParams *params, DbResult **ret, Error *err) MUST_CHECK;
/* The same with rows in binary format: read them with db_bin_i64() and db_bytes(). */
Status db_query_binary(Db *db, const char *sql, const DbParams *params, DbResult **ret, Error *err)
    MUST_CHECK;
/* Rows in binary format of one statement that only reads, outside of a transaction: nothing of
 * db_begin() is done or checked. Its one table is [schema].NAME. For what is asked many times a
 * second; it waits five seconds at most. */
Status
db_look(Db *db, const char *sql, const DbParams *params, DbResult **ret, Error *err) MUST_CHECK;
/* A statement without result rows that must change exactly `expected` rows, else code row_count.
 * -1: any. */
Status
db_exec(Db *db, const char *sql, const DbParams *params, int64_t expected, Error *err) MUST_CHECK;
/* Several statements without parameters in one round trip (migrations). */
Status db_script(Db *db, const char *sql, Error *err) MUST_CHECK;

void db_result_free(DbResult *result);
int db_rows(const DbResult *result);
int64_t db_affected(const DbResult *result);
bool db_is_null(const DbResult *result, int row, int column);
const char *db_text(const DbResult *result, int row, int column); /* borrowed; NULL for SQL null */
int64_t db_i64(const DbResult *result, int row, int column);      /* text format; null is 0 */
bool db_bool(const DbResult *result, int row, int column);        /* text format; null is false */
const char *db_bytes(const DbResult *result, int row, int column, size_t *ret_len);
int64_t db_bin_i64(const DbResult *result, int row, int column); /* binary int2, int4, int8, bool */
int64_t db_bin_time(const DbResult *result, int row, int column); /* unix microseconds; null is 0 */
/* Binary rows that ascend by this column: the first with that value, -1 when there is none. */
int db_bin_find(const DbResult *result, int column, int64_t value);

/* COPY … FROM STDIN in the open transaction: all of data at once, so that nothing waits for the
 * client. */
Status db_copy_in(Db *db, const char *sql, const char *data, size_t len, Error *err) MUST_CHECK;
/* COPY … TO STDOUT in the open transaction: each row as the server wrote it, with the line end, as
 * they come; nothing is kept. row: NULL when none came for a while, so that the caller may look
 * whether to go on. What it returns but STATUS_OK, with err set, ends the statement and the
 * connection. */
typedef Status (*DbCopyTaker)(void *context, const char *row, size_t len, Error *err);
Status db_copy_out(Db *db, const char *sql, DbCopyTaker take, void *context, Error *err) MUST_CHECK;

static inline void db_result_free_at(DbResult **result)
{
    db_result_free(*result);
}
#define AUTO_RESULT __attribute__((cleanup(db_result_free_at))) DbResult

/* AUTO_TX Db *tx = db; rolls back when the scope ends, unless db_commit() came first. */
static inline void db_rollback_at(Db **db)
{
    db_rollback(*db);
}
#define AUTO_TX __attribute__((cleanup(db_rollback_at)))
