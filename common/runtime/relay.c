#include "runtime/relay.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "adapters/bus.h"
#include "adapters/db.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "runtime/outbox.h"
#include "sql_queries.h"

enum {
    RELAY_IDLE_MS = 10,
    RELAY_ROWS = 256,
    RELAY_TROUBLE_MS = 500,
    RELAY_HORIZON_MS = 1000,
};

static Metric relay_published =
    METRIC_COUNTER("leadspool_outbox_published_total", "Events confirmed by Kafka.", NULL);
static Metric relay_failures =
    METRIC_COUNTER("leadspool_outbox_failures_total", "Outbox rows to be published again.", NULL);
static Metric relay_rebuilds = METRIC_COUNTER(
    "leadspool_producer_rebuilds_total", "Producers replaced after a fatal error.", NULL);

/* One outbox row in flight. */
typedef struct RelayRow {
    int64_t id;
    int lane;
    int pending;
    bool failed;
} RelayRow;

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
    /* the rest belongs to the thread */
    Db *db;
    Producer *producer;
    int lanes[OUTBOX_LANES];
    int lane_count;
    int64_t lease_end_ms; /* nothing is sent after it; monotonic */
    int64_t renew_ms;
    int64_t floor;     /* rows up to this id are gone for good */
    int64_t candidate; /* an id drawn before all that was running at candidate_xmax */
    int64_t candidate_xmax;
    int64_t horizon_ms;
    int64_t ripe; /* a candidate whose transactions have all ended; floor once a scan shows none
                     below */
    RelayRow rows[RELAY_ROWS];
    int row_count;
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
    relay->lane_count = db_rows(result);
    memcpy(relay->lanes, lanes, sizeof lanes[0] * (size_t)relay->lane_count);
    if (grown) {
        relay->floor = 0; /* it was found for fewer lanes */
        relay->ripe = 0;
        relay->candidate = 0;
    }
    return STATUS_OK;
}

/* in_flight: rows are on their way, so no lane may be given back now. */
static Status relay_renew(Relay *relay, bool in_flight, Error *err)
{
    int64_t asked_ms = clock_mono_ms();
    int share = 0;
    AUTO_TX Db *tx = relay->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = relay_beat(relay, &share, err);
    }
    if (status == STATUS_OK && relay->lane_count > share && !in_flight) {
        status = relay_release(relay, share, err);
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

static void relay_delivered(void *context, void *tag, const Error *err)
{
    RelayRow *row = tag;
    (void)context;
    row->pending--;
    if (err != NULL) {
        row->failed = true;
    } else {
        metric_add(&relay_published, 1, NULL, NULL);
    }
}

static Status relay_send(Relay *relay, const BusMessage *message, RelayRow *row, Error *err)
{
    for (;;) {
        Status status = producer_send(relay->producer, message, row, err);
        if (status == STATUS_OK) {
            row->pending++;
            return STATUS_OK;
        }
        if (strcmp(err->code, "queue_full") != 0 || clock_mono_ms() >= relay->lease_end_ms) {
            return status;
        }
        producer_poll(relay->producer, 5);
    }
}

/* A message that Kafka will never take must not stop its lane: what is said about it goes in its
 * place. */
static Status relay_send_stub(Relay *relay, const BusMessage *message, RelayRow *row, Error *err)
{
    BusMessage stub = *message;
    AUTO_STRBUF value = STRBUF_INIT;
    strbuf_addf(&value, "{\"error\":\"message_too_large\",\"size_bytes\":%zu}", message->value_len);
    stub.value = value.data;
    stub.value_len = value.len;
    LOG_ERROR("outbox.unpublishable", "topic=%s size_bytes=%zu msg=%s", message->topic,
              message->value_len, err->text);
    return relay_send(relay, &stub, row, err);
}

static void relay_send_row(Relay *relay, RelayRow *row, const char *payload, size_t len)
{
    BusMessage message;
    BusHeader headers[BUS_HEADERS_MAX];
    size_t at = 0;
    Error err = {0};
    while (!row->failed && outbox_next(payload, len, &at, &message, headers)) {
        Status status = relay_send(relay, &message, row, &err);
        if (status == STATUS_BAD_INPUT) {
            status = relay_send_stub(relay, &message, row, &err);
        }
        if (status != STATUS_OK) {
            row->failed = true;
        }
    }
}

/* Sends rows lane by lane in the order of ids; behind a failed row nothing of its lane is sent. */
static void relay_send_rows(Relay *relay, const DbResult *result)
{
    bool stopped[OUTBOX_LANES] = {false};
    relay->row_count = db_rows(result);
    for (int i = 0; i < relay->row_count; i++) {
        RelayRow *row = &relay->rows[i];
        size_t len;
        *row = (RelayRow){.id = db_bin_i64(result, i, 0), .lane = (int)db_bin_i64(result, i, 1)};
        row->failed = stopped[row->lane] || clock_mono_ms() >= relay->lease_end_ms;
        if (!row->failed) {
            const char *payload = db_bytes(result, i, 2, &len);
            relay_send_row(relay, row, payload, len);
        }
        stopped[row->lane] = row->failed;
    }
}

static bool relay_in_flight(const Relay *relay)
{
    for (int i = 0; i < relay->row_count; i++) {
        if (relay->rows[i].pending > 0) {
            return true;
        }
    }
    return false;
}

static void relay_rebuild_producer(Relay *relay)
{
    Error err;
    producer_close(relay->producer);
    relay->producer = NULL;
    metric_add(&relay_rebuilds, 1, NULL, NULL);
    if (producer_open(relay->cfg, relay_delivered, relay, &relay->producer, &err) != STATUS_OK) {
        LOG_ERROR("outbox.producer_failed", "msg=%s", err.text);
    }
}

/* Until all is confirmed, or the lease is about to end: then what is in flight is given up. */
static void relay_await(Relay *relay)
{
    while (relay_in_flight(relay) && clock_mono_ms() < relay->lease_end_ms &&
           !producer_is_fatal(relay->producer)) {
        producer_poll(relay->producer, 5);
        Error err;
        if (clock_mono_ms() >= relay->renew_ms && relay_renew(relay, true, &err) != STATUS_OK) {
            relay->renew_ms = clock_mono_ms() + RELAY_TROUBLE_MS;
        }
    }
    if (relay_in_flight(relay)) {
        producer_purge(relay->producer);
        relay_rebuild_producer(relay);
        for (int i = 0; i < relay->row_count; i++) {
            relay->rows[i].failed = relay->rows[i].failed || relay->rows[i].pending > 0;
        }
    }
}

/* Deletes the confirmed rows that come before the first failure of their lane. */
static Status relay_delete(Relay *relay, int *ret_failed, Error *err)
{
    bool stopped[OUTBOX_LANES] = {false};
    int failed = 0;
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < relay->row_count; i++) {
        const RelayRow *row = &relay->rows[i];
        stopped[row->lane] = stopped[row->lane] || row->failed;
        if (stopped[row->lane]) {
            failed++;
        } else {
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
    *ret_failed = failed;
    return status;
}

/* ---- the floor ---- */

static Status relay_look_at_horizon(Relay *relay, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = db_query(relay->db, sql_outbox_horizon, NULL, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (relay->candidate > 0 && db_i64(result, 0, 1) >= relay->candidate_xmax) {
        relay->ripe = relay->candidate;
        relay->candidate = 0;
    }
    if (relay->candidate == 0) {
        relay->candidate = db_i64(result, 0, 0);
        relay->candidate_xmax = db_i64(result, 0, 2);
    }
    relay->horizon_ms = clock_mono_ms() + RELAY_HORIZON_MS;
    return STATUS_OK;
}

static Status relay_select(Relay *relay, DbResult **ret, Error *err)
{
    DbArray lanes = {0};
    DbParams params = {0};
    relay_lanes_param(relay->lanes, relay->lane_count, &lanes);
    AUTO_TX Db *tx = relay->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK && clock_mono_ms() >= relay->horizon_ms) {
        status = relay_look_at_horizon(relay, err);
    }
    if (status == STATUS_OK) {
        db_param_i64(&params, relay->floor);
        db_param_array(&params, &lanes);
        db_param_i64(&params, RELAY_ROWS);
        status = db_query_binary(tx, sql_outbox_select, &params, ret, err);
    }
    db_array_done(&lanes);
    if (status == STATUS_OK && relay->ripe > relay->floor &&
        (db_rows(*ret) == 0 || db_bin_i64(*ret, 0, 0) > relay->ripe)) {
        relay->floor = relay->ripe;
    }
    return status;
}

/* ---- the loop ---- */

/* One round. ret_busy: there was something, so look again at once. */
static Status relay_round(Relay *relay, bool *ret_busy, Error *err)
{
    *ret_busy = false;
    if (clock_mono_ms() >= relay->renew_ms) {
        Status status = relay_renew(relay, false, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (relay->producer == NULL || producer_is_fatal(relay->producer)) {
        relay_rebuild_producer(relay);
    }
    if (relay->lane_count == 0 || relay->producer == NULL) {
        return STATUS_OK;
    }
    AUTO_RESULT *result = NULL;
    Status status = relay_select(relay, &result, err);
    if (status != STATUS_OK || db_rows(result) == 0) {
        return status;
    }
    relay_send_rows(relay, result);
    relay_await(relay);
    int failed = 0;
    status = relay_delete(relay, &failed, err);
    if (status == STATUS_OK && failed > 0) {
        metric_add(&relay_failures, failed, NULL, NULL);
        return error_set(err, STATUS_RETRY, "kafka",
                         "%d outbox rows were not confirmed and are sent again", failed);
    }
    *ret_busy = true;
    return status;
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

static void *relay_run(void *opaque)
{
    Relay *relay = opaque;
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    bool busy = true;
    while (!atomic_load(&relay->stopping) || busy) {
        Error err;
        Status status = relay_round(relay, &busy, &err);
        atomic_store(&relay->cut_off, status != STATUS_OK && strcmp(err.code, "kafka") != 0);
        if (status != STATUS_OK) {
            log_rate_limited(&rate, LOG_LEVEL_WARN, "outbox.trouble", " code=%s msg=%s", err.code,
                             err.text);
            busy = false;
            relay_wait(relay, atomic_load(&relay->stopping) ? 0 : RELAY_TROUBLE_MS);
        } else if (!busy && !atomic_load(&relay->stopping)) {
            relay_wait(relay, RELAY_IDLE_MS);
        }
    }
    relay_leave(relay);
    return NULL;
}

Status
relay_start(const Config *cfg, const char *worker_id, const char *service, Relay **ret, Error *err)
{
    Relay *relay = mem_alloc(sizeof *relay);
    relay->cfg = cfg;
    relay->worker_id = mem_strdup(worker_id);
    relay->service = mem_strdup(service);
    relay->db = db_new(cfg->database_url, cfg->ns, "leadspool relay");
    pthread_mutex_init(&relay->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&relay->wake, &attributes);
    Status status = producer_open(cfg, relay_delivered, relay, &relay->producer, err);
    if (status == STATUS_OK && pthread_create(&relay->thread, NULL, relay_run, relay) != 0) {
        status = error_set(err, STATUS_FATAL, "thread", "no thread for the relay");
    }
    if (status != STATUS_OK) {
        db_close(relay->db);
        producer_close(relay->producer);
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
    producer_close(relay->producer);
    free(relay->worker_id);
    free(relay->service);
    free(relay);
}
