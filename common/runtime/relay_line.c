#include "runtime/relay_line.h"

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
    int lanes[OUTBOX_LANES];
    int lane_count;
    int64_t lease_end_ms; /* nothing is sent after it; monotonic */
    int64_t renew_ms;
    int64_t stop_ms; /* when to leave whatever is there, once asked to stop; 0 before */
    OutboxFloor floor;
    bool idle;                       /* the last look found nothing */
    LineLane troubles[OUTBOX_LANES]; /* by lane */
};

/* ---- lanes ---- */

static void line_lanes_param(const int lanes[], int count, DbArray *array)
{
    db_array_begin(array, DB_ARRAY_INT2);
    for (int i = 0; i < count; i++) {
        db_array_i64(array, lanes[i]);
    }
}

static Status line_release(RelayLine *line, int keep, Error *err)
{
    DbArray lanes = {0};
    DbParams params = {0};
    line_lanes_param(line->lanes + keep, line->lane_count - keep, &lanes);
    db_param_text(&params, line->parts.worker_id);
    db_param_array(&params, &lanes);
    Status status = db_exec(line->db, sql_outbox_lane_release, &params, -1, err);
    if (status == STATUS_OK) {
        line->lane_count = keep;
    }
    db_array_done(&lanes);
    return status;
}

/* How many lanes are this line's to have. Only what shares its lanes with the other workers' lines
 * says that the worker lives: of a line that hangs the lanes go to the others. */
static Status line_share(RelayLine *line, int *ret_share, Error *err)
{
    *ret_share = line->parts.lanes->count;
    if (!line->parts.lanes->shared) {
        return STATUS_OK;
    }
    DbParams params = {0};
    db_param_text(&params, line->parts.worker_id);
    db_param_text(&params, line->parts.service);
    db_param_i64(&params, line->parts.cfg->lane_lease_ms);
    AUTO_RESULT *result = NULL;
    Status status = db_query(line->db, sql_worker_beat, &params, &result, err);
    if (status == STATUS_OK) {
        int64_t alive = db_i64(result, 0, 0);
        *ret_share = (int)((line->parts.lanes->count + alive - 1) / alive);
    }
    return status;
}

/* Lanes that were held and are not claimed again; those given back are not held any more. */
static void line_count_lost(const RelayLine *line, const int claimed[], int count)
{
    for (int i = 0; i < line->lane_count; i++) {
        bool kept = false;
        for (int j = 0; j < count; j++) {
            kept = kept || claimed[j] == line->lanes[i];
        }
        if (!kept) {
            metric_add(&metric_lease_lost, 1, "lane", NULL);
        }
    }
}

static Status line_claim(RelayLine *line, int share, Error *err)
{
    DbArray held = {0};
    DbParams params = {0};
    line_lanes_param(line->lanes, line->lane_count, &held);
    db_param_text(&params, line->parts.worker_id);
    db_param_i64(&params, line->parts.cfg->lane_lease_ms);
    db_param_i64(&params, share > line->lane_count ? share - line->lane_count : 0);
    db_param_array(&params, &held);
    db_param_i64(&params, line->parts.lanes->first);
    db_param_i64(&params, line->parts.lanes->first + line->parts.lanes->count);
    AUTO_RESULT *result = NULL;
    Status status = db_query(line->db, sql_outbox_lane_claim, &params, &result, err);
    db_array_done(&held);
    if (status != STATUS_OK) {
        return status;
    }
    bool grown = false;
    int lanes[OUTBOX_LANES];
    for (int i = 0; i < db_rows(result); i++) {
        lanes[i] = (int)db_i64(result, i, 0);
        bool known = false;
        for (int j = 0; j < line->lane_count; j++) {
            known = known || line->lanes[j] == lanes[i];
        }
        grown = grown || !known;
    }
    line_count_lost(line, lanes, db_rows(result));
    line->lane_count = db_rows(result);
    memcpy(line->lanes, lanes, sizeof lanes[0] * (size_t)line->lane_count);
    if (grown) {
        outbox_floor_reset(&line->floor); /* it was found for fewer lanes */
    }
    return STATUS_OK;
}

/* Lanes with rows on their way come first; returns how many. */
static int line_sort_lanes(RelayLine *line)
{
    int busy = 0;
    for (int i = 0; i < line->lane_count; i++) {
        int lane = line->lanes[i];
        if (publisher_has_lane(&line->publisher, lane)) {
            line->lanes[i] = line->lanes[busy];
            line->lanes[busy++] = lane;
        }
    }
    return busy;
}

/* A lane with rows on their way is not given back. */
static Status line_renew(RelayLine *line, Error *err)
{
    int64_t asked_ms = clock_mono_ms();
    int share = 0;
    int busy = line_sort_lanes(line);
    AUTO_TX Db *tx = line->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = line_share(line, &share, err);
    }
    int keep = share > busy ? share : busy;
    if (status == STATUS_OK && line->lane_count > keep) {
        status = line_release(line, keep, err);
    }
    if (status == STATUS_OK) {
        status = line_claim(line, share, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    if (status == STATUS_OK) {
        line->lease_end_ms = asked_ms + line->parts.cfg->lane_lease_ms * 4 / 5;
        line->renew_ms = asked_ms + line->parts.cfg->lane_lease_ms / 3;
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

static bool line_holds(const RelayLine *line, int lane)
{
    for (int i = 0; i < line->lane_count; i++) {
        if (line->lanes[i] == lane) {
            return true;
        }
    }
    return false;
}

/* Somebody else took a lane over while its rows were on their way. */
static bool line_lost_lane(const RelayLine *line)
{
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        if (publisher_has_lane(&line->publisher, lane) && !line_holds(line, lane)) {
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
    if (clock_mono_ms() >= line->renew_ms && line_renew(line, &err) != STATUS_OK) {
        line->renew_ms = clock_mono_ms() + RELAY_TROUBLE_MS;
    }
    bool leased = clock_mono_ms() < line->lease_end_ms || BROKEN(RELAY_LEASE);
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
    for (int i = 0; i < line->lane_count; i++) {
        int lane = line->lanes[i];
        if (line->troubles[lane].pause_ms <= clock_mono_ms() &&
            !publisher_has_lane(&line->publisher, lane)) {
            ret_lanes[count++] = lane;
        }
    }
    return count;
}

/* Where nothing was, a statement that takes little to plan looks whether something is. */
static Status line_read(const RelayLine *line, DbArray *lanes, DbResult **ret, Error *err)
{
    DbParams params = {0};
    Status status = STATUS_OK;
    db_param_i64(&params, line->floor.id);
    db_param_array(&params, lanes);
    if (line->idle) {
        status = db_query_binary(line->db, sql_outbox_any, &params, ret, err);
    }
    if (status != STATUS_OK || (line->idle && db_rows(*ret) == 0)) {
        return status;
    }
    db_result_free(*ret);
    *ret = NULL;
    db_param_i64(&params, PUBLISHER_ROWS);
    db_param_i64(&params, PUBLISHER_LANE_BYTES);
    return db_query_binary(line->db, sql_outbox_select, &params, ret, err);
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
    line_lanes_param(ready, count, &lanes);
    AUTO_TX Db *tx = line->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = outbox_floor_look(&line->floor, tx, err);
    }
    if (status == STATUS_OK) {
        status = line_read(line, &lanes, ret, err);
    }
    db_array_done(&lanes);
    if (status == STATUS_OK) {
        line->idle = db_rows(*ret) == 0;
    }
    if (status == STATUS_OK && count == line->lane_count) {
        outbox_floor_raise(&line->floor, line->idle ? INT64_MAX : db_bin_i64(*ret, 0, 0));
    }
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
    if (clock_mono_ms() >= line->renew_ms) {
        Status status = line_renew(line, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    Status status = STATUS_OK;
    if (line->parts.backlog != NULL) {
        status = backlog_look(line->parts.backlog, line->db, err);
    }
    if (status != STATUS_OK || (line->lane_count == 0 && line->publisher.row_count == 0)) {
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
        int64_t floor_id = line->lane_count > 0 ? line->floor.id : INT64_MAX;
        SurveyScope scope = {line->parts.lanes->name, line->lanes, line->lane_count, floor_id};
        survey_look(&line->survey, line->db, &scope);
    }
}

static void line_wait(RelayLine *line, int wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += wait_ms % 1000 * 1000000L;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&line->lock);
    if (!line->kicked) {
        pthread_cond_timedwait(&line->wake, &line->lock, &until);
    }
    line->kicked = false;
    pthread_mutex_unlock(&line->lock);
}

static void line_leave(RelayLine *line)
{
    Error err;
    AUTO_TX Db *tx = line->db;
    DbParams params = {0};
    db_param_text(&params, line->parts.worker_id);
    Status status = db_begin(tx, &err);
    if (status == STATUS_OK) {
        status = line_release(line, 0, &err);
    }
    if (status == STATUS_OK && line->parts.lanes->shared) {
        status = db_exec(tx, sql_worker_leave, &params, -1, &err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, &err);
    }
    if (status != STATUS_OK) {
        LOG_WARN("outbox.not_released", "msg=%s", err.text); /* the leases run out by themselves */
    }
}

/* The last round: nothing is left on its way. */
static void line_end(RelayLine *line)
{
    Error err;
    publisher_recall(&line->publisher);
    if (line_settle(line, &err) != STATUS_OK) {
        LOG_WARN("outbox.not_deleted", "msg=%s", err.text); /* published once more, then */
    }
    line_leave(line);
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
    return pthread_timedjoin_np(line->thread, NULL, deadline) == 0;
}

void relay_line_free(RelayLine *line)
{
    db_close(line->db);
    publisher_close(&line->publisher);
    free(line);
}
