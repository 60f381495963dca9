#include "runtime/relay_line.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "adapters/db.h"
#include "base/clock.h"
#include "base/guard.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric_table.h"
#include "runtime/backlog.h"
#include "runtime/lane_lease.h"
#include "runtime/outbox.h"
#include "runtime/outbox_floor.h"
#include "runtime/publisher.h"
#include "runtime/survey.h"
#include "sql_queries.h"

enum {
    RELAY_TROUBLE_MS = 500,
    RELAY_DRAIN_MS = 2000,
};

/* What trouble a lane has had; it is left out until pause_ms. */
typedef struct LineLane {
    int failures; /* in a row */
    int64_t pause_ms;
} LineLane;

struct RelayLine {
    RelayLineParts parts;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool kicked; /* under lock */
    atomic_bool stopping;
    atomic_bool cut_off; /* the last round did not reach PostgreSQL */
    /* the rest belongs to the thread */
    Survey survey;
    Db *db;
    Publisher publisher;
    LaneLease lease;
    int64_t stop_ms; /* when to leave whatever is there, once asked to stop; 0 before */
    OutboxFloor floor;
    bool idle;                       /* the last look found nothing */
    LineLane troubles[OUTBOX_LANES]; /* by lane */
};

/* ---- lanes ---- */

static Status line_renew(RelayLine *line, Error *err)
{
    bool busy[OUTBOX_LANES];
    bool grown = false;
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        busy[lane] = publisher_has_lane(&line->publisher, lane);
    }
    Status status = lane_lease_renew(&line->lease, line->db, busy, &grown, err);
    if (grown) {
        outbox_floor_reset(&line->floor); /* it was found for fewer lanes */
    }
    return status;
}

/* ---- publishing ---- */

/* Asked to stop, what is there is sent for a while, not for as long as others go on writing. */
static bool line_may_go_on(RelayLine *line)
{
    if (atomic_load(&line->stopping) && line->stop_ms == 0) {
        line->stop_ms = clock_mono_ms() + RELAY_DRAIN_MS;
    }
    return line->stop_ms == 0 || clock_mono_ms() < line->stop_ms;
}

/* Somebody else took a lane over while its rows were on their way. */
static bool line_lost_lane(const RelayLine *line)
{
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        if (publisher_has_lane(&line->publisher, lane) && !lane_lease_holds(&line->lease, lane)) {
            return true;
        }
    }
    return false;
}

/* While rows are on their way: the lease is kept, and they are taken back before it can have
 * ended. */
static bool line_may_send(void *context)
{
    RelayLine *line = context;
    Error err;
    if (clock_mono_ms() >= line->lease.renew_ms && line_renew(line, &err) != STATUS_OK) {
        line->lease.renew_ms = clock_mono_ms() + RELAY_TROUBLE_MS;
    }
    bool leased = clock_mono_ms() < line->lease.end_ms || BROKEN(RELAY_LEASE);
    return line_may_go_on(line) && leased && !line_lost_lane(line);
}

/* result: rows to be sent, or NULL when only what is on its way is looked after. */
static void line_publish(RelayLine *line, const DbResult *result)
{
    for (int i = 0; result != NULL && i < db_rows(result); i++) {
        size_t len = 0;
        const char *payload = db_bytes(result, i, 2, &len);
        publisher_add(&line->publisher, db_bin_i64(result, i, 0), (int)db_bin_i64(result, i, 1),
                      payload, len);
    }
    publisher_publish(&line->publisher);
}

/* A lane in trouble makes way for the others, for longer each time. */
static void line_pause(LineLane *lane)
{
    int64_t pause_ms = (int64_t)RELAY_TROUBLE_MS << (lane->failures < 4 ? lane->failures : 4);
    lane->failures++;
    lane->pause_ms = clock_mono_ms() + pause_ms;
}

static void line_judge(RelayLine *line)
{
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    const Publisher *publisher = &line->publisher;
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
        LineLane *lane = &line->troubles[row->lane];
        if (!row->settled) {
            continue;
        }
        if (row->fate == PUBLISHER_DONE) {
            lane->failures = 0;
        } else if ((none || row->fate == PUBLISHER_TROUBLED) && lane->pause_ms <= clock_mono_ms()) {
            line_pause(lane);
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

static Status line_delete(RelayLine *line, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int i = 0; i < line->publisher.row_count; i++) {
        const PublisherRow *row = line->publisher.rows[i];
        if (row->settled && row->fate == PUBLISHER_DONE) {
            db_array_i64(&ids, row->id);
        }
    }
    DbParams params = {0};
    db_param_array(&params, &ids);
    AUTO_TX Db *tx = line->db;
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
static int line_ready_lanes(const RelayLine *line, int ret_lanes[])
{
    int count = 0;
    for (int i = 0; i < line->lease.count; i++) {
        int lane = line->lease.lanes[i];
        if (line->troubles[lane].pause_ms <= clock_mono_ms() &&
            !publisher_has_lane(&line->publisher, lane)) {
            ret_lanes[count++] = lane;
        }
    }
    return count;
}

/* Where nothing was, whether something is. Not for long: what a transaction learns besides, of the
 * floor and of the record, is of the last second. */
static bool line_is_looked_at(const RelayLine *line)
{
    return line->idle && line->publisher.row_count == 0 && !outbox_floor_is_due(&line->floor);
}

static Status line_look(const RelayLine *line, DbArray *lanes, bool *ret_any, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *result = NULL;
    db_param_i64(&params, line->floor.id);
    db_param_array(&params, lanes);
    Status status = db_look(line->db, sql_outbox_any, &params, &result, err);
    *ret_any = status == STATUS_OK && db_rows(result) > 0;
    return status;
}

static Status line_read(RelayLine *line, DbArray *lanes, DbResult **ret, Error *err)
{
    AUTO_TX Db *tx = line->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = outbox_floor_look(&line->floor, tx, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    DbParams params = {0};
    db_param_i64(&params, line->floor.id);
    db_param_array(&params, lanes);
    db_param_i64(&params, PUBLISHER_ROWS);
    db_param_i64(&params, PUBLISHER_LANE_BYTES);
    status = db_query_binary(tx, sql_outbox_select, &params, ret, err);
    if (status == STATUS_OK) {
        line->idle = db_rows(*ret) == 0;
    }
    if (status == STATUS_OK && lanes->count == line->lease.count) {
        outbox_floor_raise(&line->floor, line->idle ? INT64_MAX : db_bin_i64(*ret, 0, 0));
    }
    return status;
}

/* ret: no rows when no lane is ready. */
static Status line_select(RelayLine *line, DbResult **ret, Error *err)
{
    int ready[OUTBOX_LANES];
    int count = line_ready_lanes(line, ready);
    if (count == 0) {
        return STATUS_OK;
    }
    DbArray lanes = {0};
    db_array_begin(&lanes, DB_ARRAY_INT2);
    for (int i = 0; i < count; i++) {
        db_array_i64(&lanes, ready[i]);
    }
    bool any = true;
    Status status = line_is_looked_at(line) ? line_look(line, &lanes, &any, err) : STATUS_OK;
    if (any) {
        status = line_read(line, &lanes, ret, err);
    }
    db_array_done(&lanes);
    return status;
}

/* Deletes what is published and judges what is not. What cannot be deleted is published again. */
static Status line_settle(RelayLine *line, Error *err)
{
    Status status = line_delete(line, err);
    if (status == STATUS_OK) {
        line_judge(line);
    }
    publisher_forget(&line->publisher);
    return status;
}

/* ---- the loop ---- */

/* One round. ret_busy: there was something, so look again at once. */
static Status line_round(RelayLine *line, bool *ret_busy, Error *err)
{
    *ret_busy = false;
    if (clock_mono_ms() >= line->lease.renew_ms) {
        Status status = line_renew(line, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    Status status = STATUS_OK;
    if (line->parts.backlog != NULL) {
        status = backlog_look(line->parts.backlog, line->db, err);
    }
    if (status != STATUS_OK || (line->lease.count == 0 && line->publisher.row_count == 0)) {
        return status;
    }
    AUTO_RESULT *result = NULL;
    status = line_select(line, &result, err);
    bool found = result != NULL && db_rows(result) > 0;
    if (status != STATUS_OK || (!found && line->publisher.row_count == 0)) {
        return status;
    }
    line_publish(line, result);
    *ret_busy = found;
    return line_settle(line, err);
}

/* Behind the round, and whatever it comes to: nothing waits for figures. */
static void line_survey(RelayLine *line)
{
    if (!atomic_load(&line->stopping)) {
        SurveyScope scope = {.name = line->parts.lanes->name,
                             .lanes = line->lease.lanes,
                             .lane_count = line->lease.count,
                             .floor_id = line->floor.id,
                             .jobs = line->parts.lanes->whole};
        survey_look(&line->survey, line->db, &scope);
    }
}

static void line_wait(RelayLine *line, int wait_ms)
{
    struct timespec until = clock_mono_in(wait_ms);
    pthread_mutex_lock(&line->lock);
    if (!line->kicked) {
        pthread_cond_timedwait(&line->wake, &line->lock, &until);
    }
    line->kicked = false;
    pthread_mutex_unlock(&line->lock);
}

/* The last round: nothing is left on its way. */
static void line_end(RelayLine *line)
{
    Error err;
    publisher_recall(&line->publisher);
    if (line_settle(line, &err) != STATUS_OK) {
        LOG_WARN("outbox.not_deleted", "msg=%s", err.text); /* published once more, then */
    }
    if (lane_lease_leave(&line->lease, line->db, &err) != STATUS_OK) {
        LOG_WARN("outbox.not_released", "msg=%s", err.text); /* the leases run out by themselves */
    }
}

static void *line_run(void *opaque)
{
    RelayLine *line = opaque;
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    bool busy = true;
    while (line_may_go_on(line) &&
           (busy || line->publisher.row_count > 0 || !atomic_load(&line->stopping))) {
        Error err;
        Status status = line_round(line, &busy, &err);
        atomic_store(&line->cut_off, status != STATUS_OK);
        if (status != STATUS_OK) {
            log_rate_limited(&rate, LOG_LEVEL_WARN, "outbox.trouble", " code=%s msg=%s", err.code,
                             err.text);
            busy = false;
            survey_miss(&line->survey, line->parts.lanes->name);
            line_publish(line, NULL); /* without PostgreSQL a lease ends */
            line_wait(line, atomic_load(&line->stopping) ? 0 : RELAY_TROUBLE_MS);
            continue;
        }
        line_survey(line);
        if (!busy && !atomic_load(&line->stopping)) {
            line_wait(line, line->parts.cfg->relay_idle_ms);
        }
    }
    line_end(line);
    return NULL;
}

Status relay_line_start(const RelayLineParts *parts, RelayLine **ret, Error *err)
{
    RelayLine *line = mem_alloc(sizeof *line);
    line->parts = *parts;
    line->lease = (LaneLease){.cfg = parts->cfg,
                              .worker_id = parts->worker_id,
                              .service = parts->service,
                              .of = parts->lanes};
    AUTO_FREE char *name = mem_sprintf("leadspool relay %s", parts->lanes->name);
    line->db = db_new(parts->cfg->database_url, parts->cfg->ns, name);
    pthread_mutex_init(&line->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&line->wake, &attributes);
    Status status = publisher_open(&line->publisher, parts->cfg, line_may_send, line, err);
    if (status == STATUS_OK && pthread_create(&line->thread, NULL, line_run, line) != 0) {
        status = error_set(err, STATUS_FATAL, "thread", "no thread for the relay");
    }
    if (status != STATUS_OK) {
        relay_line_free(line);
        return status;
    }
    *ret = line;
    return STATUS_OK;
}

bool relay_line_is_cut_off(const RelayLine *line)
{
    return atomic_load(&line->cut_off);
}

void relay_line_kick(RelayLine *line)
{
    pthread_mutex_lock(&line->lock);
    line->kicked = true;
    pthread_cond_signal(&line->wake);
    pthread_mutex_unlock(&line->lock);
}

void relay_line_ask_to_stop(RelayLine *line)
{
    atomic_store(&line->stopping, true);
    relay_line_kick(line);
}

bool relay_line_await(RelayLine *line, const struct timespec *deadline)
{
    return clock_join(line->thread, deadline);
}

void relay_line_free(RelayLine *line)
{
    db_close(line->db);
    publisher_close(&line->publisher);
    free(line);
}
