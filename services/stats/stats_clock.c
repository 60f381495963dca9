#include "stats/stats_clock.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric_table.h"
#include "sql_queries.h"
#include "stats/campaign_live.h"
#include "stats/live_loop.h"
#include "stats/live_store.h"
#include "stats/live_sweep.h"
#include "stats/now_live.h"
#include "stats/rebuild.h"

enum {
    ROUND_MS = 200,
    LEASE_MS = 3000,
    RENEW_MS = 1000,
    STOP_MS = 3000,
};
#define PROBE_S "10"

struct StatsClock {
    const ServiceParts *parts;
    LiveHealth *health;
    LiveStore *store;
    Db *db;
    LiveLead lead; /* for the loops */
    LiveLoop *campaigns;
    LiveLoop *now;
    pthread_t thread;
    bool leads;
    int64_t leased_ms; /* when it asked last */
    int64_t probed_ms; /* when it last wrote the probe */
    int64_t wanted;    /* debts */
    int64_t paid;
    int64_t epoch;
    int64_t sweep_at_ms;
    int64_t whole_ms;         /* when Redis had all, last */
    int64_t rebuilt_connects; /* of the store, at the last rebuild; 0: none yet */
};

/* ---- health and lease ---- */

/* Trouble ends when Redis takes a write again: one that is full or read only still answers. The key
 * that is written tells readers that an aggregator is at work. */
static Status probe(StatsClock *clock, Error *err)
{
    char key[LIVE_KEY_SIZE];
    live_key(key, live_store_ns(clock->store), LIVE_PROBE, NULL);
    const char *const ping[] = {"PING", NULL};
    const char *const write[] = {"SET", key, clock->parts->worker_id, "EX", PROBE_S, NULL};
    bool well = live_health_is_well(clock->health);
    bool tell = clock->leads && clock_mono_ms() >= clock->probed_ms + RENEW_MS;
    if (tell) {
        clock->probed_ms = clock_mono_ms();
    }
    Status status = live_store_ask(clock->store, well && !tell ? ping : write, NULL, err);
    if (status == STATUS_OK && !well) {
        live_health_well(clock->health);
    }
    return status;
}

static Status lease(StatsClock *clock, Error *err)
{
    if (clock_mono_ms() < clock->leased_ms + RENEW_MS) {
        return STATUS_OK;
    }
    clock->leased_ms = clock_mono_ms();
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_text(&params, clock->parts->worker_id);
    db_param_i64(&params, LEASE_MS);
    AUTO_TX Db *tx = clock->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        clock->epoch = db_epoch(tx);
        status = db_query(tx, sql_live_lease, &params, &rows, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    clock->leads = status == STATUS_OK && db_rows(rows) == 1;
    metric_set(&metric_stats_leads, clock->leads, NULL, NULL);
    if (clock->leads) {
        clock->wanted = db_i64(rows, 0, 0);
        clock->paid = db_i64(rows, 0, 1);
        return STATUS_OK;
    }
    clock->rebuilt_connects = 0; /* whoever leads again looks at everything */
    atomic_store(&clock->lead.shows, false);
    if (status == STATUS_OK) {
        live_health_whole(clock->health); /* as far as it knows */
    }
    return status;
}

static void release(StatsClock *clock)
{
    Error err;
    DbParams params = {0};
    db_param_text(&params, clock->parts->worker_id);
    AUTO_TX Db *tx = clock->db;
    if (db_begin(tx, &err) != STATUS_OK ||
        db_exec(tx, sql_live_release, &params, -1, &err) != STATUS_OK ||
        db_commit(tx, &err) != STATUS_OK) {
        LOG_WARN("stats.lease_not_released", "msg=%s", err.text);
    }
}

/* Debts, and what is being written again, are known to the one that leads. */
static void tell_stale(StatsClock *clock)
{
    bool owes = clock->leads && clock->wanted > clock->paid;
    int64_t now_ms = clock_mono_ms();
    if (live_health_is_well(clock->health) && live_health_is_whole(clock->health) && !owes) {
        clock->whole_ms = now_ms;
    }
    metric_set(&metric_redis_stale_seconds, (double)(now_ms - clock->whole_ms) / 1000.0, NULL,
               NULL);
}

/* ---- rebuilding ---- */

/* However long it takes, nobody else begins to do the same, and readers see that one is at work. */
static bool clock_goes_on(void *opaque)
{
    StatsClock *clock = opaque;
    Error err;
    tell_stale(clock);
    return lease(clock, &err) == STATUS_OK && probe(clock, &err) == STATUS_OK && clock->leads &&
           !atomic_load(&clock->lead.stopping);
}

static Rebuild clock_rebuild(StatsClock *clock)
{
    return (Rebuild){.db = clock->db,
                     .store = clock->store,
                     .now_us = clock_now_us(),
                     .goes_on = clock_goes_on,
                     .context = clock};
}

static Status pay(StatsClock *clock, int64_t seen, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, seen);
    AUTO_TX Db *tx = clock->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_exec(tx, sql_live_paid, &params, 1, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static const LiveWhy why_start = {"start", "what Redis has is compared with the record", true};
static const LiveWhy why_marker = {"marker", "Redis was emptied, or is of another epoch", true};
static const LiveWhy why_connection = {"connection", "another Redis may have answered", true};
/* Perhaps another's, every second, as long as that one is cut off. */
static const LiveWhy why_debt = {"debt", "Redis did not take all that changed", false};

/* Why all lists are to be written, or NULL. */
static Status rebuild_reason(StatsClock *clock, const LiveWhy **ret, Error *err)
{
    bool whole = false;
    *ret = NULL;
    Status status = rebuild_is_whole(clock->store, clock->epoch, &whole, err);
    if (status == STATUS_OK) {
        *ret = clock->rebuilt_connects == 0                                   ? &why_start
               : !whole                                                       ? &why_marker
               : clock->rebuilt_connects != live_store_connects(clock->store) ? &why_connection
               : clock->wanted > clock->paid                                  ? &why_debt
                                                                              : NULL;
    }
    return status;
}

static Status rebuild_if_due(StatsClock *clock, Error *err)
{
    const LiveWhy *why;
    Status status = rebuild_reason(clock, &why, err);
    if (status == STATUS_OK && why == NULL) {
        live_health_whole(clock->health);
    }
    if (status != STATUS_OK || why == NULL) {
        return status;
    }
    if (why->unready) {
        live_health_rebuilding(clock->health, why);
    }
    int64_t seen = clock->wanted;
    int64_t connects = live_store_connects(clock->store);
    int64_t begun_ms = clock_mono_ms();
    Rebuild rebuild = clock_rebuild(clock);
    status = rebuild_all(&rebuild, err);
    if (status == STATUS_OK) {
        status = pay(clock, seen, err);
    }
    if (status == STATUS_OK) {
        clock->rebuilt_connects = connects;
        atomic_store(&clock->lead.shows, true);
        live_health_whole(clock->health);
        if (why->unready) { /* Redis may have lost more, or have what a restore took away */
            clock->sweep_at_ms = 0;
            live_loop_forget(clock->campaigns);
            live_loop_forget(clock->now);
        }
        clock->paid = seen;
        metric_add(&metric_redis_rebuilds, 1, why->name, NULL);
        LOG_INFO("redis.rebuilt",
                 "why=%s lists=%" PRId64 " jobs=%" PRId64 " stored=%" PRId64 " ms=%" PRId64,
                 why->name, rebuild.lists, rebuild.jobs, rebuild.stored,
                 clock_mono_ms() - begun_ms);
    }
    return status;
}

/* What was evicted, or changed by others, comes back; what nobody knows goes. */
static Status sweep_if_due(StatsClock *clock, Error *err)
{
    int64_t removed = 0;
    if (clock_mono_ms() < clock->sweep_at_ms) {
        return STATUS_OK;
    }
    Rebuild rebuild = clock_rebuild(clock);
    Status status = live_sweep(&rebuild, &removed, err);
    if (status == STATUS_OK && !rebuild.stopped) {
        clock->sweep_at_ms = clock_mono_ms() + (int64_t)clock->parts->cfg->stats_sweep_s * 1000;
        live_loop_forget(clock->campaigns);
        LOG_INFO("redis.swept",
                 "lists=%" PRId64 " jobs=%" PRId64 " stored=%" PRId64 " removed=%" PRId64,
                 rebuild.lists, rebuild.jobs, rebuild.stored, removed);
    }
    return status;
}

/* ---- the thread ---- */

/* What the one that leads does, as far as it is due. */
static Status (*const clock_duties[])(StatsClock *clock, Error *err) = {rebuild_if_due,
                                                                        sweep_if_due, NULL};

static Status clock_round(StatsClock *clock, Error *err)
{
    Status status = lease(clock, err);
    if (status == STATUS_OK) {
        status = probe(clock, err);
    }
    for (int i = 0; status == STATUS_OK && clock->leads && clock_duties[i] != NULL; i++) {
        status = clock_duties[i](clock, err);
    }
    return status;
}

static void *clock_main(void *opaque)
{
    static LogRate rate = LOG_RATE_INIT(3, 60000);
    StatsClock *clock = opaque;
    while (!atomic_load(&clock->lead.stopping)) {
        Error err;
        Status status = clock_round(clock, &err);
        tell_stale(clock);
        bool told = strncmp(err.code, "redis_", 6) == 0; /* by LiveHealth, once */
        if (status != STATUS_OK && !told) {
            log_rate_limited(&rate, LOG_LEVEL_WARN, "stats.trouble", " code=%s msg=%s", err.code,
                             err.text);
        }
        clock_nap(ROUND_MS);
    }
    return NULL;
}

/* ---- what is shown over and over ---- */

static Status campaigns_tick(void *campaigns, Rebuild *all, Error *err)
{
    return campaign_live_tick(campaigns, all, err);
}

static void campaigns_forget(void *campaigns)
{
    campaign_live_forget(campaigns);
}

static void campaigns_free(void *campaigns)
{
    campaign_live_free(campaigns);
}

static Status now_tick(void *now, Rebuild *all, Error *err)
{
    return now_live_tick(now, all->db, all->store, all->now_us, err);
}

static void now_forget(void *now)
{
    now_live_forget(now);
}

static void now_free(void *now)
{
    now_live_free(now);
}

static const LiveLoopKind campaigns_kind = {"campaigns", campaigns_tick, campaigns_forget,
                                            campaigns_free};
static const LiveLoopKind now_kind = {"now", now_tick, now_forget, now_free};

/* ---- start and stop ---- */

static void clock_free(StatsClock *clock)
{
    live_store_free(clock->store);
    db_close(clock->db);
    free(clock);
}

static bool loops_stop(StatsClock *clock, const struct timespec *deadline)
{
    bool campaigns = live_loop_stop(clock->campaigns, deadline);
    return live_loop_stop(clock->now, deadline) && campaigns;
}

Status
stats_clock_start(const ServiceParts *parts, LiveHealth *health, StatsClock **ret, Error *err)
{
    const Config *cfg = parts->cfg;
    StatsClock *clock = mem_alloc(sizeof *clock);
    clock->parts = parts;
    clock->health = health;
    clock->whole_ms = clock_mono_ms();
    clock->db = db_new(cfg->database_url, cfg->ns, "leadspool stats");
    clock->store = live_store_new(cfg, health, "leadspool-stats-clock");
    clock->campaigns =
        live_loop_start(&campaigns_kind, campaign_live_new(), parts, health, &clock->lead);
    clock->now =
        live_loop_start(&now_kind, now_live_new(cfg->stats_pace_s), parts, health, &clock->lead);
    if (clock->campaigns == NULL || clock->now == NULL ||
        pthread_create(&clock->thread, NULL, clock_main, clock) != 0) {
        atomic_store(&clock->lead.stopping, true);
        struct timespec deadline = clock_mono_in(STOP_MS);
        if (loops_stop(clock, &deadline)) {
            clock_free(clock);
        }
        return error_set(err, STATUS_FATAL, "thread", "no thread for the clock");
    }
    *ret = clock;
    return STATUS_OK;
}

void stats_clock_stop(StatsClock *clock)
{
    if (clock == NULL) {
        return;
    }
    atomic_store(&clock->lead.stopping, true);
    struct timespec deadline = clock_mono_in(STOP_MS);
    bool stopped = clock_join(clock->thread, &deadline);
    if (stopped) {
        release(clock);
    }
    if (!stopped || !loops_stop(clock, &deadline)) {
        LOG_WARN("stats.stop_abandoned");
        return; /* a thread still uses all of it; the process ends now */
    }
    clock_free(clock);
}
