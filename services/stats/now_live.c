#include "stats/now_live.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "recycler/why_count.h"
#include "runtime/list_figures.h"
#include "sql_queries.h"
#include "stats/attempt_hours.h"
#include "stats/live_write.h"
#include "stats/runway_plan.h"

enum {
    NOW_EXPIRE_S = 3600,
    NOW_SLICE_MS = 50, /* of each tick, which comes five times a second */
    NOW_REST = 4,      /* a list that took longer is followed by a rest of four times as long */
};

struct NowLive {
    int64_t pace_ms;
    int64_t round_ms; /* when the present round began; 0: none has */
    int64_t rest_until_ms;
    AttemptHours *hours;
    int32_t list_no; /* the last one done in this round; 0: none */
};

/* One list. */
typedef struct Now {
    Db *db;
    int32_t list_no;
    const char *list_id;
    int64_t now_us;
    ListFigures figures;
    WhyCount why;
    int64_t due_us; /* 0: none waits */
    AttemptHours *hours;
    AttemptHoursOf by_hour;
} Now;

NowLive *now_live_new(int pace_s)
{
    NowLive *live = mem_alloc(sizeof *live);
    live->pace_ms = (int64_t)pace_s * 1000;
    live->hours = attempt_hours_new();
    return live;
}

void now_live_free(NowLive *live)
{
    attempt_hours_free(live->hours);
    free(live);
}

void now_live_forget(NowLive *live)
{
    live->round_ms = 0;
    live->list_no = 0;
}

/* ---- reading ---- */

static Status read_due(Now *now, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_i64(&params, now->list_no);
    db_param_time(&params, now->now_us);
    Status status = db_query(now->db, sql_now_due, &params, &rows, err);
    now->due_us = status == STATUS_OK ? db_i64(rows, 0, 0) : 0;
    return status;
}

static Status read_figures(Now *now, Error *err)
{
    bool there = false;
    Status status = list_figures_find(now->db, now->list_id, &now->figures, &there, err);
    return status == STATUS_OK && !there
               ? error_set(err, STATUS_BAD_INPUT, "unknown_list", "the list is gone")
               : status;
}

/* One snapshot for all of it. */
static Status read_now(Now *now, Error *err)
{
    AUTO_TX Db *tx = now->db;
    Status status = db_begin(tx, err); /* not while the record is set back */
    db_rollback(tx);
    if (status == STATUS_OK) {
        status = db_begin_snapshot(tx, err);
    }
    if (status == STATUS_OK) {
        status = read_figures(now, err);
    }
    if (status == STATUS_OK) {
        status = why_count_read(tx, now->list_id, now->now_us, &now->why, err);
    }
    if (status == STATUS_OK) {
        status = read_due(now, err);
    }
    return status == STATUS_OK
               ? attempt_hours_read(now->hours, tx, now->list_no, now->now_us, &now->by_hour, err)
               : status;
}

/* ---- writing ---- */

static void add_time(LiveHash *hash, const char *name, int64_t time_us)
{
    char text[CLOCK_RFC3339_SIZE] = "";
    if (time_us > 0) {
        clock_format_rfc3339(time_us, text);
    }
    live_hash_add(hash, name, text);
}

static void add_hours(LiveHash *hash, const char *name, const int64_t hours[HOUR_PLAN_HOURS])
{
    AUTO_STRBUF text = STRBUF_INIT;
    for (int i = 0; i < HOUR_PLAN_HOURS; i++) {
        strbuf_addf(&text, "%s%" PRId64, i > 0 ? "," : "", hours[i]);
    }
    live_hash_add(hash, name, text.data);
}

static void add_decimal(LiveHash *hash, const char *name, double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.1f", value);
    live_hash_add(hash, name, text);
}

static void add_runway(const Now *now, LiveHash *hash)
{
    Runway runway;
    const int64_t *why = now->why.leads;
    RunwayFacts facts = {
        .dialable = now->figures.counters[FIGURES_DIALABLE],
        .offered = now->figures.counters[FIGURES_OFFERED],
        .attempted = now->figures.counters[FIGURES_ATTEMPTED],
        .ended = why[WHY_FINISHED] + why[WHY_EXHAUSTED] + why[WHY_INVALID] + why[WHY_DNC],
        .now_us = now->now_us,
    };
    memcpy(facts.attempts, now->by_hour.attempts, sizeof facts.attempts);
    runway_plan(&facts, &runway);
    add_decimal(hash, "calls_per_hour", runway.calls_per_hour);
    add_decimal(hash, "calls_per_lead", runway.calls_per_lead);
    if (runway.known) {
        live_hash_add_i64(hash, "runway_s", runway.runway_s);
    } else {
        live_hash_add(hash, "runway_s", "");
    }
    add_time(hash, "runway_at",
             runway.known ? now->now_us + runway.runway_s * CLOCK_US_PER_SECOND : 0);
}

static void now_hash(const Now *now, LiveHash *hash)
{
    live_hash_add(hash, "list_id", now->figures.list_id);
    live_hash_add(hash, "campaign_id", now->figures.campaign_id);
    live_hash_add_i64(hash, "epoch", now->figures.epoch);
    live_hash_add_i64(hash, "version", now->figures.version);
    live_hash_add_i64(hash, "rules_version", now->why.rules_version);
    add_time(hash, "taken_at", now->now_us);
    live_hash_add_i64(hash, "total", now->why.total);
    live_hash_add_i64(hash, "dialable_now", now->why.leads[WHY_DIALABLE_NOW]);
    for (Why why = 0; why < WHY_END; why++) {
        char name[48];
        snprintf(name, sizeof name, "why:%s", why_name(why));
        live_hash_add_i64(hash, name, now->why.leads[why]);
    }
    add_time(hash, "next_due_at", now->due_us);
    add_time(hash, "hours_from", hour_plan_first_us(now->now_us));
    add_hours(hash, "attempts_by_hour", now->by_hour.attempts);
    add_hours(hash, "contacts_by_hour", now->by_hour.contacts);
    add_runway(now, hash);
}

static Status write_now(Now *now, LiveStore *store, Error *err)
{
    LiveWrite write;
    live_write_init(&write, live_store_ns(store), LIVE_LIST_NOW, now->list_id);
    write.mode = LIVE_SAME; /* a later look at the same version */
    write.expire_s = NOW_EXPIRE_S;
    now_hash(now, &write.hash);
    Status status = live_store_write(store, &write, 1, err);
    live_write_done(&write);
    return status;
}

/* A list that went meanwhile, or whose campaign's law is not known here, has none. */
static Status show_list(Now *now, LiveStore *store, Error *err)
{
    static LogRate rate = LOG_RATE_INIT(3, 60000);
    Status status = read_now(now, err);
    if (status == STATUS_OK) {
        status = write_now(now, store, err);
    } else if (status != STATUS_RETRY) {
        log_rate_limited(&rate, LOG_LEVEL_WARN, "stats.now_unknown", " list=%s code=%s msg=%s",
                         now->list_id, err->code, err->text);
        status = STATUS_OK;
    }
    list_figures_done(&now->figures);
    return status;
}

/* ---- round and round ---- */

static Status find_next(NowLive *live, Db *db, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, live->list_no);
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? db_query(tx, sql_now_next, &params, ret, err) : status;
}

/* Between two rounds it waits for the pace. */
static bool round_goes_on(NowLive *live)
{
    int64_t now_ms = clock_mono_ms();
    if (live->list_no == 0 && live->round_ms != 0 && now_ms < live->round_ms + live->pace_ms) {
        return false;
    }
    if (live->list_no == 0) {
        attempt_hours_forget(live->hours);
        live->round_ms = now_ms;
    }
    return true;
}

/* *ret_more: there may be another one due. */
static Status
show_next(NowLive *live, Db *db, LiveStore *store, int64_t now_us, bool *ret_more, Error *err)
{
    AUTO_RESULT *next = NULL;
    *ret_more = round_goes_on(live);
    Status status = *ret_more ? find_next(live, db, &next, err) : STATUS_OK;
    if (status != STATUS_OK || !*ret_more) {
        return status;
    }
    if (db_rows(next) == 0) { /* the round is over; one without a list was none */
        *ret_more = live->list_no != 0;
        live->round_ms = *ret_more ? live->round_ms : 0;
        live->list_no = 0;
        return STATUS_OK;
    }
    live->list_no = (int32_t)db_i64(next, 0, 0);
    Now now = {.db = db,
               .list_no = live->list_no,
               .list_id = db_text(next, 0, 1),
               .now_us = now_us,
               .hours = live->hours};
    return show_list(&now, store, err);
}

/* Lists are shown also where their hours cannot be counted. */
Status now_live_tick(NowLive *live, Db *db, LiveStore *store, int64_t now_us, Error *err)
{
    int64_t begun_ms = clock_mono_ms();
    if (begun_ms < live->rest_until_ms) {
        return STATUS_OK;
    }
    bool more = true;
    Error rolling;
    Status rolled = attempt_hours_tick(live->hours, db, now_us, &rolling);
    Status status = STATUS_OK;
    do {
        status = show_next(live, db, store, now_us, &more, err);
    } while (status == STATUS_OK && more && clock_mono_ms() < begun_ms + NOW_SLICE_MS);
    int64_t took_ms = clock_mono_ms() - begun_ms;
    live->rest_until_ms = begun_ms + took_ms + (took_ms > NOW_SLICE_MS ? took_ms * NOW_REST : 0);
    if (status == STATUS_OK && rolled != STATUS_OK) {
        *err = rolling;
    }
    return status == STATUS_OK ? rolled : status;
}
