#include "stats/live_sweep.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sql_queries.h"
#include "stats/live_gone.h"
#include "stats/live_write.h"

enum { SWEEP_KEYS = 500, SWEEP_ASKED = 3 };
static const char *const sweep_count = "500";

typedef struct Sweep {
    Rebuild *rebuild;
    int64_t removed;
    DbArray asked[SWEEP_ASKED]; /* ids of lists, campaigns, jobs */
} Sweep;

/* Of whom the key is, for the arrays of live_unknown.sql; -1: of nobody. */
static int asked_of(LiveKind kind)
{
    switch (kind) {
    case LIVE_LIST_STATS:
    case LIVE_LIST_NOW:
        return 0;
    case LIVE_CAMPAIGN_STATS:
    case LIVE_CAMPAIGN_LISTS:
        return 1;
    case LIVE_JOB:
        return 2;
    default:
        return -1;
    }
}

static Status sweep_delete(Sweep *sweep, const char *key, Error *err)
{
    const char *const words[] = {"DEL", key, NULL};
    sweep->removed++;
    return live_store_ask(sweep->rebuild->store, words, NULL, err);
}

/* ---- index sets ---- */

static Status
strays_remove(Sweep *sweep, const char *key, const char *sql, const DbParams *params, Error *err)
{
    AUTO_RESULT *rows = NULL;
    AUTO_TX Db *tx = sweep->rebuild->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql, params, &rows, err);
    }
    int count = status == STATUS_OK ? db_rows(rows) : 0;
    AUTO_FREE const char **words = mem_alloc(((size_t)count + 3) * sizeof *words);
    words[0] = "SREM";
    words[1] = key;
    for (int row = 0; row < count; row++) {
        words[2 + row] = db_text(rows, row, 0);
    }
    sweep->removed += count;
    return count > 0 ? live_store_ask(sweep->rebuild->store, words, NULL, err) : status;
}

static Status members_check(
    Sweep *sweep, const char *key, const char *campaign_id, const RedisReply *members, Error *err)
{
    DbArray ids = {0};
    DbParams params = {0};
    bool all = campaign_id[0] == '\0';
    db_array_begin(&ids, DB_ARRAY_TEXT);
    for (int i = 0; i < redis_size(members); i++) {
        db_array_string(&ids, redis_text(redis_at(members, i)));
    }
    if (!all) {
        db_param_text(&params, campaign_id);
    }
    db_param_array(&params, &ids);
    Status status =
        strays_remove(sweep, key, all ? sql_live_listless : sql_live_strays, &params, err);
    db_array_done(&ids);
    return status;
}

/* campaign_id "": the set of campaigns. */
static Status set_check(Sweep *sweep, const char *key, const char *campaign_id, Error *err)
{
    char cursor[32] = "0";
    Status status = STATUS_OK;
    do {
        AUTO_REPLY *reply = NULL;
        const char *const words[] = {"SSCAN", key, cursor, "COUNT", sweep_count, NULL};
        status = live_store_ask(sweep->rebuild->store, words, &reply, err);
        if (status == STATUS_OK) {
            snprintf(cursor, sizeof cursor, "%s", redis_text(redis_at(reply, 0)));
            status = members_check(sweep, key, campaign_id, redis_at(reply, 1), err);
        }
    } while (status == STATUS_OK && strcmp(cursor, "0") != 0 && rebuild_goes_on(sweep->rebuild));
    return status;
}

/* One of another type is no set of ours. */
static Status set_look(Sweep *sweep, const char *key, const char *campaign_id, Error *err)
{
    AUTO_REPLY *type = NULL;
    const char *const words[] = {"TYPE", key, NULL};
    Status status = live_store_ask(sweep->rebuild->store, words, &type, err);
    if (status != STATUS_OK || strcmp(redis_text(type), "none") == 0) {
        return status;
    }
    if (strcmp(redis_text(type), "set") == 0) {
        return set_check(sweep, key, campaign_id, err);
    }
    live_store_tell_wrong_type(key, redis_text(type));
    return sweep_delete(sweep, key, err);
}

/* ---- keys ---- */

static bool result_has(const DbResult *unknown, int asked, const char *id)
{
    static const char *const names[SWEEP_ASKED] = {"list", "campaign", "job"};
    for (int row = 0; row < db_rows(unknown); row++) {
        if (strcmp(db_text(unknown, row, 0), names[asked]) == 0 &&
            strcmp(db_text(unknown, row, 1), id) == 0) {
            return true;
        }
    }
    return false;
}

static Status key_gone(Sweep *sweep, LiveKind kind, const char *key, const char *id, Error *err)
{
    bool gone = false;
    Status status = STATUS_OK;
    if (kind == LIVE_LIST_STATS) {
        status = live_gone_list(sweep->rebuild, id, &gone, err);
    } else if (kind == LIVE_JOB) {
        status = live_gone_job(sweep->rebuild, id, &gone, err);
    } else {
        return sweep_delete(sweep, key, err);
    }
    sweep->removed += gone;
    return status;
}

static Status key_check(Sweep *sweep, const char *key, const DbResult *unknown, Error *err)
{
    LiveKind kind;
    char id[LIVE_ID_SIZE];
    if (!live_key_parse(key, live_store_ns(sweep->rebuild->store), &kind, id)) {
        return sweep_delete(sweep, key, err);
    }
    int asked = asked_of(kind);
    if (asked >= 0 && result_has(unknown, asked, id)) {
        return key_gone(sweep, kind, key, id, err);
    }
    bool set = kind == LIVE_CAMPAIGN_LISTS || kind == LIVE_CAMPAIGNS;
    return set ? set_look(sweep, key, id, err) : STATUS_OK;
}

static Status ask_unknown(Sweep *sweep, DbResult **ret, Error *err)
{
    DbParams params = {0};
    AUTO_TX Db *tx = sweep->rebuild->db;
    for (int i = 0; i < SWEEP_ASKED; i++) {
        db_param_array(&params, &sweep->asked[i]);
    }
    db_param_time(&params, sweep->rebuild->now_us - LIVE_JOB_ENDED_S * CLOCK_US_PER_SECOND);
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? db_query(tx, sql_live_unknown, &params, ret, err) : status;
}

static Status keys_check(Sweep *sweep, const RedisReply *keys, Error *err)
{
    AUTO_RESULT *unknown = NULL;
    for (int i = 0; i < SWEEP_ASKED; i++) {
        db_array_begin(&sweep->asked[i], DB_ARRAY_TEXT);
    }
    for (int i = 0; i < redis_size(keys); i++) {
        LiveKind kind;
        char id[LIVE_ID_SIZE];
        if (live_key_parse(redis_text(redis_at(keys, i)), live_store_ns(sweep->rebuild->store),
                           &kind, id) &&
            asked_of(kind) >= 0) {
            db_array_string(&sweep->asked[asked_of(kind)], id);
        }
    }
    Status status = ask_unknown(sweep, &unknown, err);
    for (int i = 0; status == STATUS_OK && i < redis_size(keys); i++) {
        status = key_check(sweep, redis_text(redis_at(keys, i)), unknown, err);
    }
    return status;
}

static Status sweep_keys(Sweep *sweep, Error *err)
{
    char cursor[32] = "0";
    AUTO_FREE char *pattern = mem_sprintf("%s:*", live_store_ns(sweep->rebuild->store));
    Status status = STATUS_OK;
    do {
        AUTO_REPLY *reply = NULL;
        const char *const words[] = {"SCAN", cursor, "MATCH", pattern, "COUNT", sweep_count, NULL};
        status = live_store_ask(sweep->rebuild->store, words, &reply, err);
        if (status == STATUS_OK) {
            snprintf(cursor, sizeof cursor, "%s", redis_text(redis_at(reply, 0)));
            status = keys_check(sweep, redis_at(reply, 1), err);
        }
    } while (status == STATUS_OK && strcmp(cursor, "0") != 0 && rebuild_goes_on(sweep->rebuild));
    return status;
}

Status live_sweep(Rebuild *rebuild, int64_t *ret_removed, Error *err)
{
    Sweep sweep = {.rebuild = rebuild};
    Status status = rebuild_lists(rebuild, NULL, err);
    if (status == STATUS_OK) {
        status = rebuild_jobs(rebuild, err);
    }
    if (status == STATUS_OK) {
        status = sweep_keys(&sweep, err);
    }
    for (int i = 0; i < SWEEP_ASKED; i++) {
        db_array_done(&sweep.asked[i]);
    }
    *ret_removed = sweep.removed;
    return status;
}
