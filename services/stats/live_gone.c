#include "stats/live_gone.h"

#include <string.h>

#include "base/ids.h"
#include "base/json.h"
#include "sql_queries.h"
#include "stats/live_index.h"
#include "stats/live_write.h"

/* ---- what stands there ---- */

typedef struct Shown {
    char key[LIVE_KEY_SIZE];
    RedisReply *fields; /* NULL: there is nothing (any more) */
    int64_t epoch;      /* of the record */
} Shown;

static void shown_done(Shown *shown)
{
    redis_reply_free(shown->fields);
}
#define AUTO_SHOWN __attribute__((cleanup(shown_done))) Shown

static Status shown_drop(const Shown *shown, Rebuild *rebuild, Error *err)
{
    const char *const words[] = {"DEL", shown->key, NULL};
    return live_store_ask(rebuild->store, words, NULL, err);
}

static Status shown_read(
    Shown *shown, Rebuild *rebuild, LiveKind kind, const char *id, const char *field, Error *err)
{
    AUTO_REPLY *type = NULL;
    live_key(shown->key, live_store_ns(rebuild->store), kind, id);
    const char *const ask_type[] = {"TYPE", shown->key, NULL};
    const char *const words[] = {"HMGET", shown->key, "epoch", "version", field, "kind", NULL};
    Status status = live_store_ask(rebuild->store, ask_type, &type, err);
    if (status != STATUS_OK || strcmp(redis_text(type), "none") == 0) {
        return status;
    }
    if (strcmp(redis_text(type), "hash") == 0) {
        return live_store_ask(rebuild->store, words, &shown->fields, err);
    }
    live_store_tell_wrong_type(shown->key, redis_text(type));
    return shown_drop(shown, rebuild, err);
}

static const char *shown_field(const Shown *shown)
{
    return redis_text(redis_at(shown->fields, 2));
}

/* Of a time that was taken back: the epoch has risen since. */
static bool shown_is_lost(const Shown *shown)
{
    int64_t epoch;
    Error none;
    return ids_parse_i64(redis_text(redis_at(shown->fields, 0)), &epoch, &none) == STATUS_OK &&
           epoch < shown->epoch;
}

static Status shown_end(Rebuild *rebuild, LiveWrite *write, LiveMode mode, Error *err)
{
    write->mode = mode;
    Status status = live_store_write(rebuild->store, write, 1, err);
    if (status == STATUS_OK) {
        status = live_index_lists(rebuild->store, write, 1, err);
    }
    live_write_done(write);
    return status;
}

/* ---- lists ---- */

/* The version of its end; -1: the record never had it. */
static Status
end_read(Rebuild *rebuild, const char *list_id, Shown *shown, int64_t *ret, Error *err)
{
    DbParams params = {0};
    DbArray one = {0};
    AUTO_RESULT *rows = NULL;
    AUTO_TX Db *tx = rebuild->db;
    db_array_begin(&one, DB_ARRAY_TEXT);
    db_array_string(&one, list_id);
    db_param_i64(&params, 0);
    db_param_i64(&params, 1);
    db_param_array(&params, &one);
    db_param_time(&params, 0);
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        shown->epoch = db_epoch(tx);
        status = db_query(tx, sql_live_deleted, &params, &rows, err);
    }
    *ret = status == STATUS_OK && db_rows(rows) == 1 ? db_i64(rows, 0, 2) : -1;
    db_array_done(&one);
    return status;
}

Status live_gone_list(Rebuild *rebuild, const char *list_id, bool *ret_gone, Error *err)
{
    AUTO_SHOWN shown = {.fields = NULL};
    int64_t version = -1;
    Status status = shown_read(&shown, rebuild, LIVE_LIST_STATS, list_id, "life", err);
    *ret_gone =
        status == STATUS_OK && shown.fields != NULL && strcmp(shown_field(&shown), "deleted") != 0;
    if (*ret_gone) {
        status = end_read(rebuild, list_id, &shown, &version, err);
    }
    if (status != STATUS_OK || !*ret_gone) {
        return status;
    }
    if (version < 0 && !shown_is_lost(&shown)) {
        return shown_drop(&shown, rebuild, err);
    }
    /* A deleted list's id is never used again, one that was lost may be. */
    LiveWrite write;
    live_write_deleted(&write, live_store_ns(rebuild->store), list_id, shown.epoch,
                       version < 0 ? 0 : version);
    return shown_end(rebuild, &write, version < 0 ? LIVE_SAME : LIVE_FORCE, err);
}

/* ---- jobs ---- */

static json_t *job_lost(const char *kind)
{
    return json_pack("{s:s, s:s, s:{s:s, s:s}}", "kind", kind, "state", "failed", "error", "code",
                     "job_lost", "message", "the record was set back to before this job");
}

static Status
job_is_known(Rebuild *rebuild, const char *job_id, Shown *shown, bool *ret, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    AUTO_TX Db *tx = rebuild->db;
    db_param_text(&params, job_id);
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        shown->epoch = db_epoch(tx);
        status = db_query(tx, sql_live_job_known, &params, &rows, err);
    }
    *ret = status == STATUS_OK && db_bool(rows, 0, 0);
    return status;
}

Status live_gone_job(Rebuild *rebuild, const char *job_id, bool *ret_gone, Error *err)
{
    AUTO_SHOWN shown = {.fields = NULL};
    bool known = false;
    Status status = shown_read(&shown, rebuild, LIVE_JOB, job_id, "state", err);
    *ret_gone = status == STATUS_OK && shown.fields != NULL;
    if (*ret_gone) {
        status = job_is_known(rebuild, job_id, &shown, &known, err);
    }
    if (status != STATUS_OK || !*ret_gone) {
        return status;
    }
    const char *state = shown_field(&shown);
    bool runs = strcmp(state, "queued") == 0 || strcmp(state, "running") == 0;
    if (known || !runs || !shown_is_lost(&shown)) {
        return shown_drop(&shown, rebuild, err);
    }
    LiveWrite write;
    AUTO_JSON json_t *data = job_lost(redis_text(redis_at(shown.fields, 3)));
    LiveJob job = {data, shown.epoch, 0, 0, rebuild->now_us};
    live_write_job(&write, live_store_ns(rebuild->store), job_id, &job);
    return shown_end(rebuild, &write, LIVE_SAME, err);
}
