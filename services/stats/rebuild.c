#include "stats/rebuild.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/guard.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "sql_queries.h"
#include "stats/live_index.h"
#include "stats/live_write.h"

enum { REBUILD_PAGE = 500, REBUILD_TRIES = 5, SETTLE_TRIES = 5 };

typedef struct Page {
    Rebuild *rebuild;
    int count;
    int64_t epoch;
    int64_t last; /* number of its last row */
    LiveWrite *writes;
} Page;

static void page_init(Page *page, Rebuild *rebuild)
{
    *page = (Page){.rebuild = rebuild};
    page->writes = mem_alloc(REBUILD_PAGE * sizeof *page->writes);
}

static void page_clear(Page *page)
{
    for (int i = 0; i < page->count; i++) {
        live_write_done(&page->writes[i]);
    }
    page->count = 0;
}

static void page_done(Page *page)
{
    page_clear(page);
    free(page->writes);
}
#define AUTO_PAGE __attribute__((cleanup(page_done))) Page

bool rebuild_goes_on(Rebuild *rebuild)
{
    rebuild->stopped =
        rebuild->stopped || (rebuild->goes_on != NULL && !rebuild->goes_on(rebuild->context));
    return !rebuild->stopped;
}

static Status
page_query(Page *page, const char *sql, const DbParams *params, DbResult **ret, Error *err)
{
    AUTO_TX Db *tx = page->rebuild->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        page->epoch = db_epoch(tx);
        status = db_query(tx, sql, params, ret, err);
    }
    return status;
}

/* ---- lists ---- */

/* Behind page->last; ids: only these, or NULL. */
typedef Status (*PageRead)(Page *page, DbArray *ids, Error *err);

static void param_ids(DbParams *params, DbArray *ids)
{
    if (ids != NULL) {
        db_param_array(params, ids);
    } else {
        db_param_text(params, NULL);
    }
}

static LiveWrite *page_next(Page *page, int64_t number)
{
    page->last = number;
    return &page->writes[page->count++];
}

static Status page_read_lists(Page *page, DbArray *ids, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_i64(&params, page->last);
    db_param_i64(&params, REBUILD_PAGE);
    param_ids(&params, ids);
    Status status = page_query(page, sql_live_lists, &params, &rows, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        AUTO_FIGURES figures = {.statuses = NULL};
        status = list_figures_row(rows, row, &figures, err);
        LiveWrite *write = page_next(page, db_i64(rows, row, 0));
        live_write_list(write, live_store_ns(page->rebuild->store), &figures);
        write->mode = LIVE_SAME;
    }
    return status;
}

/* Columns of live_deleted.sql. */
enum { DELETED_NO, DELETED_ID, DELETED_VERSION, DELETED_EPOCH, DELETED_AT };

/* For as long as their tombstones, counted from their end. Those that are named whenever that was.
 */
static Status page_read_deleted(Page *page, DbArray *ids, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    int64_t now_us = page->rebuild->now_us;
    db_param_i64(&params, page->last);
    db_param_i64(&params, REBUILD_PAGE);
    param_ids(&params, ids);
    db_param_time(&params, ids != NULL ? 0 : now_us - LIVE_DELETED_S * CLOCK_US_PER_SECOND);
    Status status = page_query(page, sql_live_deleted, &params, &rows, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        LiveWrite *write = page_next(page, db_i64(rows, row, DELETED_NO));
        live_write_deleted(write, live_store_ns(page->rebuild->store),
                           db_text(rows, row, DELETED_ID), db_i64(rows, row, DELETED_EPOCH),
                           db_i64(rows, row, DELETED_VERSION));
        live_write_ended(write, db_i64(rows, row, DELETED_AT), now_us);
    }
    return status;
}

/* What the record says of one list, whether it is there or was deleted. */
static Status page_read_one(Page *page, const char *list_id, Error *err)
{
    DbArray one = {0};
    db_array_begin(&one, DB_ARRAY_TEXT);
    db_array_string(&one, list_id);
    Status status = page_read_lists(page, &one, err);
    if (status == STATUS_OK && page->count == 0) {
        status = page_read_deleted(page, &one, err);
    }
    db_array_done(&one);
    return status;
}

/* First what Redis has, then the record: what is still above that was never from it. Only that
 * gives way, not what somebody else has settled meanwhile. *ret_settled: the record has its say;
 * what changed since comes as a message that is not refused any more. */
static Status settle_once(Rebuild *rebuild, const char *list_id, bool *ret_settled, Error *err)
{
    char key[LIVE_KEY_SIZE];
    live_key(key, live_store_ns(rebuild->store), LIVE_LIST_STATS, list_id);
    const char *const words[] = {"HMGET", key, "epoch", "version", NULL};
    AUTO_REPLY *reply = NULL;
    Status status = live_store_ask(rebuild->store, words, &reply, err);
    AUTO_PAGE page;
    page_init(&page, rebuild);
    if (status == STATUS_OK) {
        status = page_read_one(&page, list_id, err);
    }
    *ret_settled = page.count == 0;
    if (status != STATUS_OK || *ret_settled) {
        return status;
    }
    LiveWrite *write = &page.writes[0];
    bool ahead =
        live_write_give_way(write, redis_text(redis_at(reply, 0)), redis_text(redis_at(reply, 1)));
    status = live_store_write(rebuild->store, write, 1, err);
    if (status == STATUS_OK) {
        status = live_index_lists(rebuild->store, write, 1, err);
    }
    if (status == STATUS_OK && ahead && write->result == LIVE_STORED) {
        rebuild->stored++;
        LOG_WARN("redis.ahead", "list=%s msg=%s", list_id,
                 "Redis had a newer version than the record; it has the record's now");
    }
    *ret_settled = !ahead && write->result != LIVE_OLDER;
    return status;
}

/* Redis had something newer: a message overtook the page, or it was never from the record. Messages
 * of the list were refused until that gave way, so the record is asked once more behind it. */
static Status settle_newer(Rebuild *rebuild, const char *list_id, Error *err)
{
    bool settled = false;
    Status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && !settled && i < SETTLE_TRIES; i++) {
        status = settle_once(rebuild, list_id, &settled, err);
    }
    return status;
}

static Status page_write(Page *page, Error *err)
{
    Rebuild *rebuild = page->rebuild;
    Status status = live_store_write(rebuild->store, page->writes, page->count, err);
    if (status == STATUS_OK) {
        status = live_index_lists(rebuild->store, page->writes, page->count, err);
    }
    for (int i = 0; status == STATUS_OK && i < page->count; i++) {
        const char *list_id = live_hash_get(&page->writes[i].hash, "list_id");
        rebuild->stored += page->writes[i].result == LIVE_STORED;
        if (page->writes[i].result == LIVE_OLDER && page->writes[i].mode == LIVE_SAME) {
            status = settle_newer(rebuild, list_id, err);
        }
    }
    return status;
}

static Status
pages_write(Rebuild *rebuild, PageRead read, DbArray *ids, int64_t *ret_count, Error *err)
{
    AUTO_PAGE page;
    page_init(&page, rebuild);
    bool more = true;
    Status status = STATUS_OK;
    while (status == STATUS_OK && more && rebuild_goes_on(rebuild)) {
        page_clear(&page);
        status = read(&page, ids, err);
        if (status == STATUS_OK) {
            *ret_count += page.count;
            more = page.count == REBUILD_PAGE;
            status = page_write(&page, err);
        }
    }
    return status;
}

Status rebuild_lists(Rebuild *rebuild, DbArray *list_ids, Error *err)
{
    int64_t deleted = 0;
    Status status = pages_write(rebuild, page_read_lists, list_ids, &rebuild->lists, err);
    return status == STATUS_OK ? pages_write(rebuild, page_read_deleted, list_ids, &deleted, err)
                               : status;
}

/* ---- jobs ---- */

static Status job_read(Page *page, const DbResult *rows, int row, Error *err)
{
    AUTO_JSON json_t *data = NULL;
    const char *text = db_text(rows, row, 2);
    Status status = json_parse_object(text, strlen(text), &data, err);
    if (status == STATUS_OK) {
        LiveJob job = {data, page->epoch, db_i64(rows, row, 1), db_i64(rows, row, 3),
                       db_i64(rows, row, 4)};
        LiveWrite *write = page_next(page, db_i64(rows, row, 0));
        live_write_job(write, live_store_ns(page->rebuild->store), db_text(rows, row, 0), &job);
        live_write_ended(write, job.at_us, page->rebuild->now_us);
    }
    return status;
}

static Status page_read_jobs(Page *page, DbArray *none, Error *err)
{
    (void)none;
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_i64(&params, page->last);
    db_param_i64(&params, REBUILD_PAGE);
    db_param_time(&params, page->rebuild->now_us - LIVE_JOB_ENDED_S * CLOCK_US_PER_SECOND);
    Status status = page_query(page, sql_live_jobs, &params, &rows, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        status = job_read(page, rows, row, err);
    }
    return status;
}

/* Only those that are missing or older: what an event said of the same number is as good. */
Status rebuild_jobs(Rebuild *rebuild, Error *err)
{
    return pages_write(rebuild, page_read_jobs, NULL, &rebuild->jobs, err);
}

/* ---- the marker ---- */

Status rebuild_is_whole(LiveStore *store, int64_t epoch, bool *ret, Error *err)
{
    char key[LIVE_KEY_SIZE];
    char wanted[24];
    live_key(key, live_store_ns(store), LIVE_MARKER, NULL);
    snprintf(wanted, sizeof wanted, "%" PRId64, epoch);
    const char *const words[] = {"HMGET", key, "epoch", "state", NULL};
    AUTO_REPLY *reply = NULL;
    Status status = live_store_ask_hash(store, words, &reply, err);
    bool whole = status == STATUS_OK && reply != NULL &&
                 strcmp(redis_text(redis_at(reply, 0)), wanted) == 0 &&
                 strcmp(redis_text(redis_at(reply, 1)), "whole") == 0;
    *ret = whole || BROKEN(REDIS_MARKER);
    return status;
}

static Status marker_begin(const Rebuild *rebuild, const char *run_id, Error *err)
{
    char key[LIVE_KEY_SIZE];
    char epoch[24];
    char at[CLOCK_RFC3339_SIZE];
    AUTO_TX Db *tx = rebuild->db;
    Status status = db_begin(tx, err);
    if (status != STATUS_OK) {
        return status;
    }
    live_key(key, live_store_ns(rebuild->store), LIVE_MARKER, NULL);
    snprintf(epoch, sizeof epoch, "%" PRId64, db_epoch(tx));
    clock_format_rfc3339(rebuild->now_us, at);
    const char *const drop[] = {"DEL", key, NULL};
    const char *const words[] = {"HSET",  key,        "epoch", epoch, "run_id", run_id,
                                 "state", "building", "at",    at,    NULL};
    status = live_store_ask(rebuild->store, drop, NULL, err);
    return status == STATUS_OK ? live_store_ask(rebuild->store, words, NULL, err) : status;
}

/* False when Redis was emptied since: then the marker is gone, and a lone field makes none. */
static Status marker_end(const Rebuild *rebuild, const char *run_id, bool *ret, Error *err)
{
    char key[LIVE_KEY_SIZE];
    live_key(key, live_store_ns(rebuild->store), LIVE_MARKER, NULL);
    const char *const look[] = {"HGET", key, "run_id", NULL};
    const char *const words[] = {"HSET", key, "state", "whole", NULL};
    AUTO_REPLY *reply = NULL;
    Status status = live_store_ask(rebuild->store, look, &reply, err);
    if (status != STATUS_OK) {
        return status;
    }
    *ret = strcmp(redis_text(reply), run_id) == 0;
    return *ret ? live_store_ask(rebuild->store, words, NULL, err) : STATUS_OK;
}

static Status rebuild_once(Rebuild *rebuild, bool *ret_whole, Error *err)
{
    char run_id[IDS_UUID_SIZE];
    ids_uuid4(run_id);
    *ret_whole = false;
    Status status = marker_begin(rebuild, run_id, err);
    if (status == STATUS_OK) {
        status = rebuild_lists(rebuild, NULL, err);
    }
    if (status == STATUS_OK) {
        status = rebuild_jobs(rebuild, err);
    }
    return status == STATUS_OK && rebuild_goes_on(rebuild)
               ? marker_end(rebuild, run_id, ret_whole, err)
               : status;
}

Status rebuild_all(Rebuild *rebuild, Error *err)
{
    bool whole = false;
    Status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && !whole && i < REBUILD_TRIES && rebuild_goes_on(rebuild);
         i++) {
        status = rebuild_once(rebuild, &whole, err);
    }
    if (status == STATUS_OK && rebuild->stopped) {
        return error_set(err, STATUS_RETRY, "rebuild_stopped", "not all of Redis was written");
    }
    if (status == STATUS_OK && !whole) {
        return error_set(err, STATUS_RETRY, "rebuild_overtaken",
                         "Redis was emptied, or rebuilt by another, while it was written");
    }
    return status;
}
