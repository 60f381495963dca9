#include "stats/projection.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/mem.h"
#include "base/metric_table.h"
#include "runtime/list_figures.h"
#include "runtime/topics.h"
#include "sql_queries.h"
#include "stats/live_index.h"
#include "stats/live_write.h"
#include "stats/stats_state.h"

/* One message's: its key and (epoch, n), before anything is made of it. */
typedef struct Newest {
    const Message *message;
    char id[LIVE_ID_SIZE];
    bool is_list;
    int64_t epoch;
    int64_t n;
} Newest;

struct Projection {
    bool debt;        /* Redis did not take the batch */
    int64_t connects; /* of the connection that took the batch before; 0: none yet */
    int count;
    Newest newest[PROJECTION_MOST];
    LiveWrite writes[PROJECTION_MOST];
    int64_t started_us[PROJECTION_MOST]; /* of jobs */
};

Projection *projection_new(void)
{
    return mem_alloc(sizeof(Projection));
}

void projection_free(Projection *projection)
{
    free(projection);
}

/* ---- the newest of each ---- */

/* What it is about: the key of list.stats; the subject of a job's event. */
static bool newest_id(const Message *message, bool is_list, char ret[LIVE_ID_SIZE])
{
    size_t len = message->record->key_len;
    const char *id = message->record->key;
    if (!is_list) {
        id = bus_record_header(message->record, "ce_subject", &len);
    }
    if (id == NULL || len >= LIVE_ID_SIZE || len == 0) {
        return false;
    }
    memcpy(ret, id, len);
    ret[len] = '\0';
    return ids_is_public(ret);
}

/* list.stats says epoch and version itself; a tombstone and the events of jobs by ce_sequence. */
static Status newest_read(Message *message, Newest *ret, Error *err)
{
    *ret = (Newest){.message = message,
                    .is_list = strcmp(message->record->topic, TOPIC_LIST_STATS) == 0};
    if (!newest_id(message, ret->is_list, ret->id)) {
        return error_set(err, STATUS_BAD_INPUT, "no_subject", "nothing says what it is about");
    }
    if (ret->is_list && !message->tombstone) {
        AUTO_FIGURES figures = {.statuses = NULL};
        Status status = list_figures_read(message->data, &figures, err);
        if (status == STATUS_OK && strcmp(figures.list_id, ret->id) != 0) {
            status = error_set_field(err, "list_id", "wrong_key", "the key is another list's");
        }
        ret->epoch = figures.epoch;
        ret->n = figures.version;
        return status;
    }
    if (!message_sequence(message, &ret->epoch, &ret->n) || (!ret->is_list && message->tombstone)) {
        return error_set(err, STATUS_BAD_INPUT, "no_sequence", "it has no usable ce_sequence");
    }
    return STATUS_OK;
}

static bool newest_is_of(const Newest *a, const Newest *b)
{
    return a->is_list == b->is_list && strcmp(a->id, b->id) == 0;
}

/* A tombstone has the number of the list's last version, and comes after it. */
static bool newest_beats(const Newest *a, const Newest *b)
{
    if (a->epoch != b->epoch) {
        return a->epoch > b->epoch;
    }
    return a->n != b->n ? a->n > b->n : a->message->tombstone;
}

static void newest_add(Projection *projection, const Newest *newest)
{
    for (int i = 0; i < projection->count; i++) {
        if (newest_is_of(&projection->newest[i], newest)) {
            if (newest_beats(newest, &projection->newest[i])) {
                projection->newest[i] = *newest;
            }
            return;
        }
    }
    projection->newest[projection->count++] = *newest;
}

static void newest_gather(Projection *projection, Work *work)
{
    projection->count = 0;
    for (int i = 0; i < work->count; i++) {
        Newest newest;
        Error bad;
        if (newest_read(work->messages[i], &newest, &bad) == STATUS_OK) {
            newest_add(projection, &newest);
        } else {
            message_bury(work->messages[i], &bad);
        }
    }
}

/* ---- jobs ---- */

static Status jobs_ask(Projection *projection, Db *db, DbArray *jobs, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    AUTO_TX Db *tx = db;
    db_param_array(&params, jobs);
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql_live_job_starts, &params, &rows, err);
    }
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        for (int i = 0; i < projection->count; i++) {
            if (!projection->newest[i].is_list &&
                strcmp(projection->newest[i].id, db_text(rows, row, 0)) == 0) {
                projection->started_us[i] = db_i64(rows, row, 1);
            }
        }
    }
    return status;
}

/* When they began, which no event but one says. */
static Status jobs_started(Projection *projection, Db *db, Error *err)
{
    DbArray jobs = {0};
    db_array_begin(&jobs, DB_ARRAY_INT8);
    for (int i = 0; i < projection->count; i++) {
        int64_t job_no;
        Error none;
        projection->started_us[i] = 0;
        if (!projection->newest[i].is_list &&
            ids_parse_i64(projection->newest[i].id, &job_no, &none) == STATUS_OK) {
            db_array_i64(&jobs, job_no);
        }
    }
    Status status = jobs.count > 0 ? jobs_ask(projection, db, &jobs, err) : STATUS_OK;
    db_array_done(&jobs);
    return status;
}

static int64_t job_at_us(const json_t *data)
{
    int64_t at_us = 0;
    Error none;
    const char *text = json_string_value(json_object_get(data, "at"));
    return text != NULL && clock_parse_rfc3339(text, &at_us, &none) == STATUS_OK ? at_us : 0;
}

/* ---- writing ---- */

static void write_make(const Newest *newest, int64_t started_us, const char *ns, LiveWrite *ret)
{
    const json_t *data = newest->message->data;
    if (!newest->is_list) {
        LiveJob job = {data, newest->epoch, newest->n, started_us, job_at_us(data)};
        live_write_job(ret, ns, newest->id, &job);
    } else if (newest->message->tombstone) {
        live_write_deleted(ret, ns, newest->id, newest->epoch, newest->n);
    } else {
        AUTO_FIGURES figures = {.statuses = NULL};
        Error none; /* it was read before */
        if (list_figures_read(data, &figures, &none) == STATUS_OK) {
            live_write_list(ret, ns, &figures);
        }
    }
}

static void observe_age(const Newest *newest, int64_t now_us)
{
    char text[CLOCK_RFC3339_SIZE + 8];
    size_t len = 0;
    int64_t at_us = 0;
    Error none;
    const char *time = bus_record_header(newest->message->record, "ce_time", &len);
    if (time == NULL || len >= sizeof text) {
        return;
    }
    memcpy(text, time, len);
    text[len] = '\0';
    if (clock_parse_rfc3339(text, &at_us, &none) == STATUS_OK && now_us >= at_us) {
        metric_observe(&metric_redis_projection_age_seconds,
                       (double)(now_us - at_us) / (double)CLOCK_US_PER_SECOND,
                       newest->is_list ? "list" : "job", NULL);
    }
}

static Status project(Projection *projection, LiveStore *store, Error *err)
{
    for (int i = 0; i < projection->count; i++) {
        write_make(&projection->newest[i], projection->started_us[i], live_store_ns(store),
                   &projection->writes[i]);
    }
    Status status = live_store_write(store, projection->writes, projection->count, err);
    if (status == STATUS_OK) {
        status = live_index_lists(store, projection->writes, projection->count, err);
    }
    int64_t now_us = clock_now_us();
    for (int i = 0; i < projection->count; i++) {
        if (status == STATUS_OK && projection->writes[i].result == LIVE_STORED) {
            observe_age(&projection->newest[i], now_us);
        }
        live_write_done(&projection->writes[i]);
    }
    return status;
}

/* What another connection took may have been another server's, which is not the one any more: a
 * debt of its own, whatever becomes of this batch. */
static Status connection_check(Projection *projection, const LiveStore *store, Db *db, Error *err)
{
    int64_t before = projection->connects;
    int64_t now = live_store_connects(store);
    Status status = STATUS_OK;
    if (before != 0 && before != now) {
        DbParams none = {0};
        AUTO_TX Db *tx = db;
        status = db_begin(tx, err);
        if (status == STATUS_OK) {
            status = db_exec(tx, sql_live_debt, &none, 1, err);
        }
        if (status == STATUS_OK) {
            status = db_commit(tx, err);
        }
    }
    if (status == STATUS_OK) {
        projection->connects = now;
    }
    return status;
}

Status projection_prepare(Work *work, Error *err)
{
    StatsState *state = work->service;
    Projection *projection = state->projection;
    newest_gather(projection, work);
    Status status = jobs_started(projection, work->db, err);
    if (status != STATUS_OK) {
        return status;
    }
    Error trouble; /* LiveHealth has it */
    projection->debt = !live_health_is_well(&state->health) ||
                       project(projection, state->store, &trouble) != STATUS_OK;
    return connection_check(projection, state->store, work->db, err);
}

Status projection_apply(Work *work, Error *err)
{
    StatsState *state = work->service;
    DbParams none = {0};
    return state->projection->debt ? db_exec(work->db, sql_live_debt, &none, 1, err) : STATUS_OK;
}
