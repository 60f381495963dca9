#include "stats/reconcile_job.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "runtime/job.h"
#include "runtime/list_figures.h"
#include "runtime/list_stats.h"
#include "runtime/topics.h"
#include "sql_queries.h"
#include "stats/live_store.h"
#include "stats/rebuild.h"
#include "stats/stats_state.h"

enum {
    RECONCILE_SHOWN = 100,
    RECONCILE_TRIES = 5,
    RECONCILE_WAITS = 40,
    RECONCILE_NAP_MS = 50,
    RECONCILE_PROGRESS_MS = 1000,
    PLACE_CONTACTED = 7, /* in reconcile_list.sql, as are those below; 1 to 6 are stages */
    PLACE_ATTEMPTED = 8,
    PLACE_STATUS = 9,
};

typedef struct Reconcile {
    JobRun *run;
    LiveStore *store;
    bool repair;
    int32_t list_no; /* the last one done */
    char list_id[LIVE_ID_SIZE];
    int64_t lists;
    int64_t lists_total;
    int64_t wrong; /* lists of which something differs */
    int64_t repaired;
    int shown;
    StrBuf problems;
    StrBuf counters; /* of the list's event: those that were wrong in Redis */
    int64_t progress_ms;
} Reconcile;

static void tell_problem(
    Reconcile *job, const char *where, const char *what, const char *has, const char *should)
{
    if (job->shown++ < RECONCILE_SHOWN) {
        strbuf_addf(&job->problems, "%s{\"list_id\":\"%s\",\"where\":\"%s\",\"what\":",
                    job->problems.len > 0 ? "," : "", job->list_id, where);
        strbuf_add_json(&job->problems, what, strlen(what));
        strbuf_adds(&job->problems, ",\"has\":");
        strbuf_add_json(&job->problems, has, strlen(has));
        strbuf_adds(&job->problems, ",\"should\":");
        strbuf_add_json(&job->problems, should, strlen(should));
        strbuf_addc(&job->problems, '}');
    }
}

/* ---- the record ---- */

static Status read_figures(Reconcile *job, Db *db, ListFigures *ret, bool *ret_there, Error *err)
{
    DbParams params = {0};
    DbArray one = {0};
    AUTO_RESULT *rows = NULL;
    db_array_begin(&one, DB_ARRAY_TEXT);
    db_array_string(&one, job->list_id);
    db_param_i64(&params, 0);
    db_param_i64(&params, 1);
    db_param_array(&params, &one);
    Status status = db_query(db, sql_live_lists, &params, &rows, err);
    db_array_done(&one);
    *ret_there = status == STATUS_OK && db_rows(rows) == 1;
    return *ret_there ? list_figures_row(rows, 0, ret, err) : status;
}

static Status recount(Reconcile *job, Db *db, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job->list_no);
    return db_query(db, sql_reconcile_list, &params, ret, err);
}

/* One snapshot of the list: its counters, and where a recount differs. */
static Status
look(Reconcile *job, ListFigures *ret, bool *ret_there, DbResult **ret_differs, Error *err)
{
    AUTO_TX Db *tx = job->run->db;
    Status status = db_begin(tx, err); /* not while the record is set back */
    db_rollback(tx);
    if (status == STATUS_OK) {
        status = db_begin_snapshot(tx, err);
    }
    if (status == STATUS_OK) {
        status = read_figures(job, tx, ret, ret_there, err);
    }
    return status == STATUS_OK && *ret_there ? recount(job, tx, ret_differs, err) : status;
}

/* ---- mending the record ---- */

static void delta_take(ListDelta *delta, const DbResult *differs, int row)
{
    int place = (int)db_i64(differs, row, 0);
    int64_t more = db_i64(differs, row, 3) - db_i64(differs, row, 2);
    if (place >= 1 && place < PLACE_CONTACTED) {
        delta->stages[place] += more;
    } else if (place == PLACE_CONTACTED) {
        delta->contacted += more;
    } else if (place == PLACE_ATTEMPTED) {
        delta->attempted += more;
    } else if (place == PLACE_STATUS) {
        list_delta_status(delta, db_text(differs, row, 1), more);
    }
}

/* counters: {"name","was","is"} by comma. */
static void
add_repaired_event(Reconcile *job, const ListGate *gate, const char *where, const char *counters)
{
    AUTO_STRBUF data = STRBUF_INIT;
    char cause[128];
    snprintf(cause, sizeof cause, "job/%" PRId64 "/%s/%" PRId64, job->run->job_no, gate->list_id,
             gate->version);
    strbuf_addf(&data,
                "{\"list_id\":\"%s\",\"campaign_id\":\"%s\",\"version\":%" PRId64
                ",\"job_id\":\"%" PRId64 "\",\"where\":\"%s\",\"counters\":[%s]}",
                gate->list_id, gate->campaign_id, gate->version, job->run->job_no, where, counters);
    Event event = {.topic = TOPIC_LIST_EVENTS,
                   .key = gate->list_id,
                   .key_len = strlen(gate->list_id),
                   .type = "list.repaired",
                   .subject = gate->list_id,
                   .correlation = job->run->command_id,
                   .cause = cause,
                   .n = gate->version,
                   .data = data.data,
                   .data_len = data.len};
    outbox_add(job->run->outbox, &event);
}

static void add_counters(const DbResult *differs, StrBuf *out)
{
    for (int row = 0; row < db_rows(differs); row++) {
        bool status = db_i64(differs, row, 0) == PLACE_STATUS;
        strbuf_addf(out, "%s{\"name\":\"%s%s\",\"was\":%s,\"is\":%s}", row > 0 ? "," : "",
                    status ? "status:" : "", db_text(differs, row, 1), db_text(differs, row, 2),
                    db_text(differs, row, 3));
    }
}

/* Under the list's lock: leads that change wait with their counters until this is over, and those
 * whose change is not committed are not counted. Total is moved by the stages, so that it stays
 * their sum. */
static Status mend_held(Reconcile *job, Db *tx, bool *ret_mended, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *differs = NULL;
    AUTO_DELTA delta = {.list_no = job->list_no};
    ListGate gate;
    db_param_i64(&params, job->list_no);
    Status status = db_query(tx, sql_reconcile_hold, &params, NULL, err);
    if (status == STATUS_OK) {
        status = recount(job, tx, &differs, err);
    }
    if (status != STATUS_OK || db_rows(differs) == 0) {
        return status;
    }
    for (int row = 0; row < db_rows(differs); row++) {
        delta_take(&delta, differs, row);
    }
    status = db_exec(tx, sql_reconcile_total, &params, 1, err);
    if (status == STATUS_OK) {
        status = list_stats_apply(tx, job->run->outbox, &delta, 1, &gate, err);
    }
    if (status == STATUS_OK) {
        AUTO_STRBUF counters = STRBUF_INIT;
        add_counters(differs, &counters);
        add_repaired_event(job, &gate, "record", counters.data);
        *ret_mended = true;
    }
    return status;
}

/* Nothing of the record moves but the list's version, so that the event has one of its own. */
static Status audit_held(Reconcile *job, Db *tx, bool *ret_mended, Error *err)
{
    ListDelta delta = {.list_no = job->list_no};
    ListGate gate;
    Status status = list_stats_apply(tx, job->run->outbox, &delta, 1, &gate, err);
    if (status == STATUS_OK) {
        add_repaired_event(job, &gate, "redis", job->counters.data);
        *ret_mended = true;
    }
    return status;
}

typedef Status (*MendHeld)(Reconcile *job, Db *tx, bool *ret_mended, Error *err);

static Status mend_once(Reconcile *job, MendHeld held, bool *ret_mended, Error *err)
{
    AUTO_TX Db *tx = job->run->db;
    *ret_mended = false;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(job->run->outbox, db_epoch(tx), clock_now_us());
        status = held(job, tx, ret_mended, err);
    }
    if (status == STATUS_OK) {
        status = job_run_lock(job->run, tx, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(job->run->outbox, tx, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    relay_kick(job->run->relay);
    return status;
}

static Status mend(Reconcile *job, MendHeld held, bool *ret_mended, Error *err)
{
    Status status = mend_once(job, held, ret_mended, err);
    for (int i = 1; status == STATUS_RETRY && i < RECONCILE_TRIES; i++) {
        clock_nap(RECONCILE_NAP_MS);
        status = mend_once(job, held, ret_mended, err);
    }
    return status;
}

/* ---- Redis ---- */

static Status read_redis(Reconcile *job, RedisReply **ret, Error *err)
{
    char key[LIVE_KEY_SIZE];
    AUTO_REPLY *type = NULL;
    live_key(key, live_store_ns(job->store), LIVE_LIST_STATS, job->list_id);
    const char *const ask_type[] = {"TYPE", key, NULL};
    const char *const words[] = {"HGETALL", key, NULL};
    Status status = live_store_ask(job->store, ask_type, &type, err);
    if (status == STATUS_OK && strcmp(redis_text(type), "hash") == 0) {
        status = live_store_ask(job->store, words, ret, err);
    }
    return status;
}

/* A number that JSON can say exactly. */
static bool is_count(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= 18 && strspn(text, "0123456789") == len &&
           (text[0] != '0' || len == 1);
}

static bool field_is_counter(const char *name)
{
    static const char *const others[] = {"list_id", "campaign_id", "epoch",   "version",
                                         "life",    "penetration", "coverage"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(name, others[i]) == 0) {
            return false;
        }
    }
    return true;
}

static void note_counter(Reconcile *job, const char *name, const char *has, const char *should)
{
    if (field_is_counter(name)) {
        strbuf_addf(&job->counters, "%s{\"name\":\"%s\",\"was\":%s,\"is\":%s}",
                    job->counters.len > 0 ? "," : "", name,
                    has != NULL && is_count(has) ? has : "null", should);
    }
}

static bool compare_fields(Reconcile *job, const RedisReply *hash, const ListFigures *figures)
{
    AUTO_HASH wanted;
    live_hash_init(&wanted);
    list_figures_hash(figures, &wanted);
    const char *name;
    const char *value;
    bool same = redis_size(hash) == 2 * wanted.count;
    if (!same) {
        tell_problem(job, "redis", "fields", "others", "those of the record");
    }
    for (size_t at = 0; live_hash_next(&wanted, &at, &name, &value);) {
        const char *has = redis_field(hash, name);
        if (has == NULL || strcmp(has, value) != 0) {
            tell_problem(job, "redis", name, has != NULL ? has : "nothing", value);
            note_counter(job, name, has, value);
            same = false;
        }
    }
    return same;
}

/* Newer than the snapshot is as it should be while the list changes: then the list is looked at
 * again. Older: its message is on its way. */
static Status compare_redis(Reconcile *job, bool *ret_same, Error *err)
{
    for (int i = 0;; i++) {
        AUTO_FIGURES figures = {.statuses = NULL};
        AUTO_RESULT *differs = NULL;
        AUTO_REPLY *hash = NULL;
        bool there = false;
        Status status = look(job, &figures, &there, &differs, err);
        if (status == STATUS_OK && there) {
            status = read_redis(job, &hash, err);
        }
        int place = status == STATUS_OK && there ? list_figures_place(hash, &figures) : 0;
        if (status != STATUS_OK || !there) {
            return status;
        }
        if (place == 0) {
            *ret_same = compare_fields(job, hash, &figures);
            return STATUS_OK;
        }
        if (i >= RECONCILE_WAITS || job_run_should_stop(job->run)) {
            char version[24];
            snprintf(version, sizeof version, "%" PRId64, figures.version);
            const char *has = hash != NULL ? redis_field(hash, "version") : NULL;
            tell_problem(job, "redis", place < 0 ? "behind" : "ahead",
                         has != NULL ? has : "nothing", version);
            *ret_same = false;
            return STATUS_OK;
        }
        clock_nap(RECONCILE_NAP_MS);
    }
}

/* The event first: whoever dies in between has told it, and its list.stats mends Redis, too. Then
 * as a rebuild does: what the list's messages wrote meanwhile is newer, and stays. */
static Status mend_redis(Reconcile *job, bool *ret_mended, Error *err)
{
    DbArray one = {0};
    Status status = mend(job, audit_held, ret_mended, err);
    if (status != STATUS_OK) {
        return status;
    }
    Rebuild rebuild = {.db = job->run->db, .store = job->store, .now_us = clock_now_us()};
    db_array_begin(&one, DB_ARRAY_TEXT);
    db_array_string(&one, job->list_id);
    status = rebuild_lists(&rebuild, &one, err);
    db_array_done(&one);
    return status;
}

/* ---- a list ---- */

static Status reconcile_record(Reconcile *job, bool *ret_same, bool *ret_mended, Error *err)
{
    AUTO_FIGURES figures = {.statuses = NULL};
    AUTO_RESULT *differs = NULL;
    bool there = false;
    Status status = look(job, &figures, &there, &differs, err);
    *ret_same = status != STATUS_OK || !there || db_rows(differs) == 0;
    for (int row = 0; !*ret_same && row < db_rows(differs); row++) {
        tell_problem(job, "record", db_text(differs, row, 1), db_text(differs, row, 2),
                     db_text(differs, row, 3));
    }
    return status == STATUS_OK && !*ret_same && job->repair ? mend(job, mend_held, ret_mended, err)
                                                            : status;
}

static Status reconcile_list(Reconcile *job, Error *err)
{
    bool record = true;
    bool redis = true;
    bool mended = false;
    strbuf_reset(&job->counters);
    Status status = reconcile_record(job, &record, &mended, err);
    if (status == STATUS_OK) {
        status = compare_redis(job, &redis, err);
    }
    if (status == STATUS_OK && !redis && job->repair) {
        status = mend_redis(job, &mended, err);
    }
    if (status == STATUS_OK) {
        job->lists++;
        job->wrong += !record || !redis;
        job->repaired += mended;
    }
    return status;
}

/* ---- the job ---- */

static void reconcile_fields(const Reconcile *job, StrBuf *out)
{
    strbuf_addf(out,
                "\"lists\":%" PRId64 ",\"lists_total\":%" PRId64 ",\"wrong\":%" PRId64
                ",\"repaired\":%" PRId64 ",\"problems\":[%s]",
                job->lists, job->lists_total, job->wrong, job->repaired, job->problems.data);
}

static Status find_next(Reconcile *job, bool *ret_more, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    AUTO_TX Db *tx = job->run->db;
    db_param_i64(&params, job->list_no);
    db_param_i64(&params, job->run->list_no);
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql_reconcile_next, &params, &rows, err);
    }
    *ret_more = status == STATUS_OK && db_rows(rows) == 1;
    if (*ret_more) {
        job->list_no = (int32_t)db_i64(rows, 0, 0);
        job->lists_total = db_i64(rows, 0, 2);
        snprintf(job->list_id, sizeof job->list_id, "%s", db_text(rows, 0, 1));
    }
    return status;
}

static Status tell_progress(Reconcile *job, Error *err)
{
    char cause[64];
    AUTO_STRBUF fields = STRBUF_INIT;
    if (clock_mono_ms() < job->progress_ms) {
        return STATUS_OK;
    }
    job->progress_ms = clock_mono_ms() + RECONCILE_PROGRESS_MS;
    snprintf(cause, sizeof cause, "job/%" PRId64 "/%" PRId64 "/%" PRId64, job->run->job_no,
             job->run->token, job->lists);
    reconcile_fields(job, &fields);
    AUTO_TX Db *tx = job->run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(job->run->outbox, db_epoch(tx), clock_now_us());
        status = job_event(tx, job->run->outbox, job->run->job_no, "job.progress", cause, 0,
                           fields.data, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(job->run->outbox, tx, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static Status reconcile_work(Reconcile *job, Error *err)
{
    bool more = true;
    Status status = STATUS_OK;
    while (status == STATUS_OK && more && !job_run_should_stop(job->run)) {
        status = find_next(job, &more, err);
        if (status == STATUS_OK && more) {
            status = reconcile_list(job, err);
        }
        if (status == STATUS_OK && more) {
            status = tell_progress(job, err);
        }
    }
    return status == STATUS_OK && more ? job_run_handed_on(job->run, err) : status;
}

Status reconcile_job_run(JobRun *run, StrBuf *ret_fields, Error *err)
{
    StatsState *state = run->service;
    Reconcile job = {.run = run,
                     .store = live_store_new(run->cfg, &state->health, "leadspool-stats-reconcile"),
                     .repair = json_is_true(json_object_get(run->params, "repair")),
                     .problems = STRBUF_INIT,
                     .counters = STRBUF_INIT,
                     .progress_ms = clock_mono_ms() + RECONCILE_PROGRESS_MS};
    Status status = reconcile_work(&job, err);
    reconcile_fields(&job, ret_fields);
    strbuf_done(&job.problems);
    strbuf_done(&job.counters);
    live_store_free(job.store);
    return status;
}
