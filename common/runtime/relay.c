#include "runtime/relay.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "adapters/db.h"
#include "base/clock.h"
#include "base/guard.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric_table.h"
#include "runtime/backlog.h"
#include "runtime/outbox.h"
#include "runtime/outbox_floor.h"
#include "runtime/publisher.h"
#include "runtime/survey.h"
#include "sql_queries.h"

enum {
    RELAY_IDLE_MS = 10,
    RELAY_TROUBLE_MS = 500,
    RELAY_DRAIN_MS = 2000,
};

/* What trouble a lane has had; it is left out until pause_ms. */
typedef struct RelayLane {
    int failures; /* in a row */
    int64_t pause_ms;
} RelayLane;

struct Relay {
    const Config *cfg;
    char *worker_id;
    char *service;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool kicked; /* under lock */
    atomic_bool stopping;
    atomic_bool cut_off; /* the last round did not reach PostgreSQL */
    Backlog backlog;     /* looked at by the thread */
    Survey survey;       /* the same */
    /* the rest belongs to the thread */
    Db *db;
    Publisher publisher;
    int lanes[OUTBOX_LANES];
    int lane_count;
    int64_t lease_end_ms; /* nothing is sent after it; monotonic */
    int64_t renew_ms;
    int64_t stop_ms; /* when to leave whatever is there, once asked to stop; 0 before */
    OutboxFloor floor;
    bool idle;                        /* the last look found nothing */
    RelayLane troubles[OUTBOX_LANES]; /* by lane */
};

/* ---- lanes ---- */

static void relay_lanes_param(const int lanes[], int count, DbArray *array)
{
    db_array_begin(array, DB_ARRAY_INT2);
    for (int i = 0; i < count; i++) {
        db_array_i64(array, lanes[i]);
    }
}

static Status relay_release(Relay *relay, int keep, Error *err)
{
    DbArray lanes = {0};
    DbParams params = {0};
    relay_lanes_param(relay->lanes + keep, relay->lane_count - keep, &lanes);
    db_param_text(&params, relay->worker_id);
    db_param_array(&params, &lanes);
    Status status = db_exec(relay->db, sql_outbox_lane_release, &params, -1, err);
    if (status == STATUS_OK) {
        relay->lane_count = keep;
    }
    db_array_done(&lanes);
    return status;
}

static Status relay_beat(Relay *relay, int *ret_share, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, relay->worker_id);
    db_param_text(&params, relay->service);
    db_param_i64(&params, relay->cfg->lane_lease_ms);
    AUTO_RESULT *result = NULL;
    Status status = db_query(relay->db, sql_worker_beat, &params, &result, err);
    if (status == STATUS_OK) {
        int64_t alive = db_i64(result, 0, 0);
        *ret_share = (int)((OUTBOX_LANES + alive - 1) / alive);
    }
    return status;
}

/* Lanes that were held and are not claimed again; those given back are not held any more. */
static void relay_count_lost(const Relay *relay, const int claimed[], int count)
{
    for (int i = 0; i < relay->lane_count; i++) {
        bool kept = false;
        for (int j = 0; j < count; j++) {
            kept = kept || claimed[j] == relay->lanes[i];
        }
        if (!kept) {
            metric_add(&metric_lease_lost, 1, "lane", NULL);
        }
    }
}

static Status relay_claim(Relay *relay, int share, Error *err)
{
    DbArray held = {0};
    DbParams params = {0};
    relay_lanes_param(relay->lanes, relay->lane_count, &held);
    db_param_text(&params, relay->worker_id);
    db_param_i64(&params, relay->cfg->lane_lease_ms);
    db_param_i64(&params, share > relay->lane_count ? share - relay->lane_count : 0);
    db_param_array(&params, &held);
    AUTO_RESULT *result = NULL;
    Status status = db_query(relay->db, sql_outbox_lane_claim, &params, &result, err);
    db_array_done(&held);
    if (status != STATUS_OK) {
        return status;
    }
    bool grown = false;
    int lanes[OUTBOX_LANES];
    for (int i = 0; i < db_rows(result); i++) {
        lanes[i] = (int)db_i64(result, i, 0);
        bool known = false;
        for (int j = 0; j < relay->lane_count; j++) {
            known = known || relay->lanes[j] == lanes[i];
        }
        grown = grown || !known;
    }
    relay_count_lost(relay, lanes, db_rows(result));
    relay->lane_count = db_rows(result);
    memcpy(relay->lanes, lanes, sizeof lanes[0] * (size_t)relay->lane_count);
    if (grown) {
        outbox_floor_reset(&relay->floor); /* it was found for fewer lanes */
    }
    return STATUS_OK;
}

/* Lanes with rows on their way come first; returns how many. */
static int relay_sort_lanes(Relay *relay)
{
    int busy = 0;
    for (int i = 0; i < relay->lane_count; i++) {
        int lane = relay->lanes[i];
        if (publisher_has_lane(&relay->publisher, lane)) {
            relay->lanes[i] = relay->lanes[busy];
            relay->lanes[busy++] = lane;
        }
    }
    return busy;
}

/* A lane with rows on their way is not given back. */
static Status relay_renew(Relay *relay, Error *err)
{
    int64_t asked_ms = clock_mono_ms();
    int share = 0;
    int busy = relay_sort_lanes(relay);
    AUTO_TX Db *tx = relay->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = relay_beat(relay, &share, err);
    }
    int keep = share > busy ? share : busy;
    if (status == STATUS_OK && relay->lane_count > keep) {
        status = relay_release(relay, keep, err);
    }
    if (status == STATUS_OK) {
        status = relay_claim(relay, share, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    if (status == STATUS_OK) {
        relay->lease_end_ms = asked_ms + relay->cfg->lane_lease_ms * 4 / 5;
        relay->renew_ms = asked_ms + relay->cfg->lane_lease_ms / 3;
    }
    return status;
}

/* ---- publishing ---- */

/* Asked to stop, what is there is sent for a while, not for as long as others go on writing. */
static bool relay_may_go_on(Relay *relay)
{
    if (atomic_load(&relay->stopping) && relay->stop_ms == 0) {
        relay->stop_ms = clock_mono_ms() + RELAY_DRAIN_MS;
    }
    return relay->stop_ms == 0 || clock_mono_ms() < relay->stop_ms;
}

static bool relay_holds(const Relay *relay, int lane)
{
    for (int i = 0; i < relay->lane_count; i++) {
        if (relay->lanes[i] == lane) {
            return true;
        }
    }
    return false;
}

/* Somebody else took a lane over while its rows were on their way. */
static bool relay_lost_lane(const Relay *relay)
{
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        if (publisher_has_lane(&relay->publisher, lane) && !relay_holds(relay, lane)) {
            return true;
        }
    }
    return false;
}

/* While rows are on their way: the lease is kept, and they are taken back before it can have
 * ended. */
static bool relay_may_send(void *context)
{
    Relay *relay = context;
    Error err;
    if (clock_mono_ms() >= relay->renew_ms && relay_renew(relay, &err) != STATUS_OK) {
        relay->renew_ms = clock_mono_ms() + RELAY_TROUBLE_MS;
    }
    bool leased = clock_mono_ms() < relay->lease_end_ms || BROKEN(RELAY_LEASE);
    return relay_may_go_on(relay) && leased && !relay_lost_lane(relay);
}

/* result: rows to be sent, or NULL when only what is on its way is looked after. */
static void relay_publish(Relay *relay, const DbResult *result)
{
    for (int i = 0; result != NULL && i < db_rows(result); i++) {
        size_t len = 0;
        const char *payload = db_bytes(result, i, 2, &len);
        publisher_add(&relay->publisher, db_bin_i64(result, i, 0), (int)db_bin_i64(result, i, 1),
                      payload, len);
    }
    publisher_publish(&relay->publisher);
}

/* A lane in trouble makes way for the others, for longer each time. */
static void relay_pause(RelayLane *lane)
{
    int64_t pause_ms = (int64_t)RELAY_TROUBLE_MS << (lane->failures < 4 ? lane->failures : 4);
    lane->failures++;
    lane->pause_ms = clock_mono_ms() + pause_ms;
}

static void relay_judge(Relay *relay)
{
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    const Publisher *publisher = &relay->publisher;
    int counts[PUBLISHER_FATES] = {0};
    int settled = 0;
    for (int i = 0; i < publisher->row_count; i++) {
        counts[publisher->rows[i]->fate] += publisher->rows[i]->settled;
        settled += publisher->rows[i]->settled;
    }
    /* When all was taken back and none was to blame, all have a pause. */
    bool none = settled > 0 && counts[PUBLISHER_LEFT] == settled;
    for (int i = 0; i < publisher->row_count; i++) {
        const PublisherRow *row = publisher->rows[i];
        RelayLane *lane = &relay->troubles[row->lane];
        if (!row->settled) {
            continue;
        }
        if (row->fate == PUBLISHER_DONE) {
            lane->failures = 0;
        } else if ((none || row->fate == PUBLISHER_TROUBLED) && lane->pause_ms <= clock_mono_ms()) {
            relay_pause(lane);
        }
    }
    int failed = counts[PUBLISHER_TROUBLED] + counts[PUBLISHER_REFUSED];
    if (failed > 0 || none) {
        metric_add(&metric_outbox_failures, failed, NULL, NULL);
        log_rate_limited(&rate, LOG_LEVEL_WARN, "outbox.trouble",
                         " code=kafka unconfirmed_rows=%d refused_rows=%d unsent_rows=%d",
                         counts[PUBLISHER_TROUBLED], counts[PUBLISHER_REFUSED],
                         counts[PUBLISHER_LEFT]);
    }
}

static Status relay_delete(Relay *relay, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < relay->publisher.row_count; i++) {
        const PublisherRow *row = relay->publisher.rows[i];
        if (row->settled && row->fate == PUBLISHER_DONE) {
            db_array_i64(&ids, row->id);
        }
    }
    DbParams params = {0};
    db_param_array(&params, &ids);
    AUTO_TX Db *tx = relay->db;
    Status status = ids.count > 0 ? db_begin(tx, err) : STATUS_OK;
    if (ids.count > 0 && status == STATUS_OK) {
        status = db_exec(tx, sql_outbox_delete, &params, -1, err);
        if (status == STATUS_OK) {
            status = db_commit(tx, err);
        }
    }
    db_array_done(&ids);
    return status;
}

/* Lanes to ask about now; the others have a pause, or rows on their way. */
static int relay_ready_lanes(const Relay *relay, int ret_lanes[])
{
    int count = 0;
    for (int i = 0; i < relay->lane_count; i++) {
        int lane = relay->lanes[i];
        if (relay->troubles[lane].pause_ms <= clock_mono_ms() &&
            !publisher_has_lane(&relay->publisher, lane)) {
            ret_lanes[count++] = lane;
        }
    }
    return count;
}

/* Where nothing was, a statement that takes little to plan looks whether something is. */
static Status relay_read(const Relay *relay, DbArray *lanes, DbResult **ret, Error *err)
{
    DbParams params = {0};
    Status status = STATUS_OK;
    db_param_i64(&params, relay->floor.id);
    db_param_array(&params, lanes);
    if (relay->idle) {
        status = db_query_binary(relay->db, sql_outbox_any, &params, ret, err);
    }
    if (status != STATUS_OK || (relay->idle && db_rows(*ret) == 0)) {
        return status;
    }
    db_result_free(*ret);
    *ret = NULL;
    db_param_i64(&params, PUBLISHER_ROWS);
    db_param_i64(&params, PUBLISHER_LANE_BYTES);
    return db_query_binary(relay->db, sql_outbox_select, &params, ret, err);
}

/* ret: no rows when no lane is ready. */
static Status relay_select(Relay *relay, DbResult **ret, Error *err)
{
    int ready[OUTBOX_LANES];
    int count = relay_ready_lanes(relay, ready);
    if (count == 0) {
        return STATUS_OK;
    }
    DbArray lanes = {0};
    relay_lanes_param(ready, count, &lanes);
    AUTO_TX Db *tx = relay->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = outbox_floor_look(&relay->floor, tx, err);
    }
    if (status == STATUS_OK) {
        status = relay_read(relay, &lanes, ret, err);
    }
    db_array_done(&lanes);
    if (status == STATUS_OK) {
        relay->idle = db_rows(*ret) == 0;
    }
    if (status == STATUS_OK && count == relay->lane_count) {
        outbox_floor_raise(&relay->floor, relay->idle ? INT64_MAX : db_bin_i64(*ret, 0, 0));
    }
    return status;
}

/* Deletes what is published and judges what is not. What cannot be deleted is published again. */
static Status relay_settle(Relay *relay, Error *err)
{
    Status status = relay_delete(relay, err);
    if (status == STATUS_OK) {
        relay_judge(relay);
    }
    publisher_forget(&relay->publisher);
    return status;
}

/* ---- the loop ---- */

/* One round. ret_busy: there was something, so look again at once. */
static Status relay_round(Relay *relay, bool *ret_busy, Error *err)
{
    *ret_busy = false;
    if (clock_mono_ms() >= relay->renew_ms) {
        Status status = relay_renew(relay, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    Status status = backlog_look(&relay->backlog, relay->db, err);
    if (status != STATUS_OK || relay->lane_count == 0) {
        return status;
    }
    AUTO_RESULT *result = NULL;
    status = relay_select(relay, &result, err);
    bool found = result != NULL && db_rows(result) > 0;
    if (status != STATUS_OK || (!found && relay->publisher.row_count == 0)) {
        return status;
    }
    relay_publish(relay, result);
    *ret_busy = found;
    return relay_settle(relay, err);
}

/* Behind the round, and whatever it comes to: nothing waits for figures. */
static void relay_survey(Relay *relay)
{
    if (!atomic_load(&relay->stopping)) {
        SurveyScope scope = {relay->lanes, relay->lane_count, relay->floor.id};
        survey_look(&relay->survey, relay->db, &scope);
    }
}

static void relay_wait(Relay *relay, int wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += wait_ms % 1000 * 1000000L;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&relay->lock);
    if (!relay->kicked) {
        pthread_cond_timedwait(&relay->wake, &relay->lock, &until);
    }
    relay->kicked = false;
    pthread_mutex_unlock(&relay->lock);
}

static void relay_leave(Relay *relay)
{
    Error err;
    AUTO_TX Db *tx = relay->db;
    DbParams params = {0};
    db_param_text(&params, relay->worker_id);
    if (db_begin(tx, &err) == STATUS_OK && relay_release(relay, 0, &err) == STATUS_OK &&
        db_exec(tx, sql_worker_leave, &params, -1, &err) == STATUS_OK &&
        db_commit(tx, &err) == STATUS_OK) {
        return;
    }
    LOG_WARN("outbox.not_released", "msg=%s", err.text); /* the leases run out by themselves */
}

/* The last round: nothing is left on its way. */
static void relay_end(Relay *relay)
{
    Error err;
    publisher_recall(&relay->publisher);
    if (relay_settle(relay, &err) != STATUS_OK) {
        LOG_WARN("outbox.not_deleted", "msg=%s", err.text); /* published once more, then */
    }
    relay_leave(relay);
}

static void *relay_run(void *opaque)
{
    Relay *relay = opaque;
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    bool busy = true;
    while (relay_may_go_on(relay) &&
           (busy || relay->publisher.row_count > 0 || !atomic_load(&relay->stopping))) {
        Error err;
        Status status = relay_round(relay, &busy, &err);
        atomic_store(&relay->cut_off, status != STATUS_OK);
        if (status != STATUS_OK) {
            log_rate_limited(&rate, LOG_LEVEL_WARN, "outbox.trouble", " code=%s msg=%s", err.code,
                             err.text);
            busy = false;
            relay_publish(relay, NULL); /* without PostgreSQL a lease ends */
            relay_wait(relay, atomic_load(&relay->stopping) ? 0 : RELAY_TROUBLE_MS);
            continue;
        }
        relay_survey(relay);
        if (!busy && !atomic_load(&relay->stopping)) {
            relay_wait(relay, RELAY_IDLE_MS);
        }
    }
    relay_end(relay);
    return NULL;
}

Status
relay_start(const Config *cfg, const char *worker_id, const char *service, Relay **ret, Error *err)
{
    Relay *relay = mem_alloc(sizeof *relay);
    relay->cfg = cfg;
    relay->worker_id = mem_strdup(worker_id);
    relay->service = mem_strdup(service);
    backlog_init(&relay->backlog, cfg);
    relay->db = db_new(cfg->database_url, cfg->ns, "leadspool relay");
    pthread_mutex_init(&relay->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&relay->wake, &attributes);
    Status status = publisher_open(&relay->publisher, cfg, relay_may_send, relay, err);
    if (status == STATUS_OK && pthread_create(&relay->thread, NULL, relay_run, relay) != 0) {
        status = error_set(err, STATUS_FATAL, "thread", "no thread for the relay");
    }
    if (status != STATUS_OK) {
        db_close(relay->db);
        publisher_close(&relay->publisher);
        free(relay->worker_id);
        free(relay->service);
        free(relay);
        return status;
    }
    *ret = relay;
    return STATUS_OK;
}

bool relay_is_cut_off(const Relay *relay)
{
    return atomic_load(&relay->cut_off);
}

bool relay_is_backed_up(const Relay *relay)
{
    return backlog_is_over(&relay->backlog);
}

void relay_kick(Relay *relay)
{
    pthread_mutex_lock(&relay->lock);
    relay->kicked = true;
    pthread_cond_signal(&relay->wake);
    pthread_mutex_unlock(&relay->lock);
}

void relay_stop(Relay *relay)
{
    if (relay == NULL) {
        return;
    }
    atomic_store(&relay->stopping, true);
    relay_kick(relay);
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 4;
    if (pthread_timedjoin_np(relay->thread, NULL, &deadline) != 0) {
        LOG_WARN("outbox.stop_abandoned");
        return; /* the thread still uses all of it; the process ends now */
    }
    db_close(relay->db);
    publisher_close(&relay->publisher);
    free(relay->worker_id);
    free(relay->service);
    free(relay);
}
