#include "runtime/lead_sweep.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "runtime/job.h"
#include "sql_queries.h"

enum {
    SWEEP_TRIES = 8,
    SWEEP_NAP_MS = 50,
    SWEEP_PROGRESS_MS = 1000,
    SWEEP_LONG_WAYS = 8, /* chunks, once a whole one failed: its like may follow */
    SWEEP_REST = 20,     /* of the time of a chunk, one part is left to others */
};

typedef struct Sweep Sweep;

typedef struct SweepLane {
    Sweep *sweep;
    int number; /* as in sweep_mark.h */
    Db *db;
    Outbox *outbox;
    SweepMark mark; /* as committed */
    bool done;
    int long_ways; /* so many chunks do without whole() */
    int64_t progress_ms;
} SweepLane;

struct Sweep {
    JobRun *run;
    const SweepKind *kind;
    void *context;
    bool lead_events;
    pthread_mutex_t lock;
    int64_t bounds[SWEEP_LANES]; /* under lock; what lies between them no lane has taken */
    atomic_bool broken;          /* a lane failed: the other one stops, too */
    SweepLane lanes[SWEEP_LANES];
    Db *down_db; /* of the second lane, which has a thread once there is work for it */
    Outbox down_outbox;
    pthread_t down_thread;
    bool down_started;
    Status down_status;
    Error down_err;
};

/* ---- one chunk ---- */

static Status
chunk_tell_progress(SweepLane *lane, const SweepMark *next, const char *fields, Error *err)
{
    JobRun *run = lane->sweep->run;
    char cause[64];
    if (lane->number != SWEEP_UP || clock_mono_ms() < lane->progress_ms) {
        return STATUS_OK;
    }
    lane->progress_ms = clock_mono_ms() + SWEEP_PROGRESS_MS;
    snprintf(cause, sizeof cause, "job/%" PRId64 "/%" PRId64, run->job_no, next->lead_id);
    return job_event(lane->db, lane->outbox, run->job_no, "job.progress", cause, 0, fields, err);
}

static Status chunk_lock_and_work(const SweepKind *kind, SweepChunk *chunk, Error *err)
{
    if (chunk->ids.count == 0) {
        return STATUS_OK;
    }
    Status status = lead_begin(chunk->db, err);
    if (status == STATUS_OK && kind->before_lock != NULL) {
        status = kind->before_lock(chunk, err);
    }
    if (status == STATUS_OK) {
        status = lead_dials_lock(chunk->db, &chunk->ids, false, &chunk->leads, err);
    }
    return status == STATUS_OK && chunk->leads.count > 0 ? kind->work(chunk, err) : status;
}

/* The next leads of the lane that the other one has not taken: behind *ret_after up to chunk->last.
 */
static Status
chunk_take(SweepLane *lane, SweepChunk *chunk, int most, int64_t *ret_after, Error *err)
{
    bool up = lane->number == SWEEP_UP;
    DbParams params = {0};
    db_param_i64(&params, chunk->run->list_no);
    db_param_i64(&params, lane->sweep->bounds[SWEEP_UP]);
    db_param_i64(&params, lane->sweep->bounds[SWEEP_DOWN]);
    db_param_i64(&params, most);
    AUTO_RESULT *span = NULL;
    Status status = db_query(chunk->db, up ? sql_sweep_up : sql_sweep_down, &params, &span, err);
    if (status == STATUS_OK && db_i64(span, 0, 0) > 0) {
        chunk->seen = (int)db_i64(span, 0, 0);
        chunk->last = db_i64(span, 0, 2);
        *ret_after = db_i64(span, 0, 1) - 1;
        lane->sweep->bounds[lane->number] = up ? chunk->last : *ret_after + 1;
    }
    return status;
}

/* What an earlier try has taken is free again. */
static Status
chunk_claim(SweepLane *lane, SweepChunk *chunk, int most, int64_t *ret_after, Error *err)
{
    pthread_mutex_lock(&lane->sweep->lock);
    lane->sweep->bounds[lane->number] = lane->mark.lead_id;
    Status status = chunk_take(lane, chunk, most, ret_after, err);
    pthread_mutex_unlock(&lane->sweep->lock);
    return status;
}

/* A kind that has whole() works on spans that are claimed first, another one finds its own. */
static Status chunk_find_and_work(SweepLane *lane, SweepChunk *chunk, Error *err)
{
    const SweepKind *kind = lane->sweep->kind;
    bool whole = kind->whole != NULL && lane->long_ways == 0;
    int64_t after = lane->mark.lead_id;
    Status status = STATUS_OK;
    if (kind->whole != NULL) {
        status = whole ? db_exec(chunk->db, sql_sweep_whole_begin, NULL, -1, err)
                       : lead_begin(chunk->db, err);
    }
    if (status == STATUS_OK && kind->whole != NULL) {
        status =
            chunk_claim(lane, chunk, whole ? SWEEP_WHOLE_LEADS : SWEEP_CHUNK_LEADS, &after, err);
    }
    if (status == STATUS_OK && !whole && (kind->whole == NULL || chunk->seen > 0)) {
        status = kind->find(chunk, after, err);
    }
    if (status != STATUS_OK || chunk->seen == 0) {
        lane->done = status == STATUS_OK;
        return status;
    }
    return whole ? kind->whole(chunk, after, err) : chunk_lock_and_work(kind, chunk, err);
}

static int64_t chunk_mark(const SweepLane *lane, const SweepChunk *chunk)
{
    return lane->number == SWEEP_UP ? chunk->last : lane->sweep->bounds[SWEEP_DOWN];
}

static Status chunk_run(SweepLane *lane, SweepChunk *chunk, SweepMark *next, Error *err)
{
    const Sweep *sweep = lane->sweep;
    AUTO_STRBUF fields = STRBUF_INIT;
    Status status = chunk_find_and_work(lane, chunk, err);
    if (status != STATUS_OK || lane->done) {
        return status;
    }
    next->lead_id = chunk_mark(lane, chunk);
    next->counts[0] += chunk->seen;
    status = sweep_mark_write(sweep->run, chunk->db, lane->number, sweep->kind->counts, &lane->mark,
                              next, &fields, err);
    if (status == STATUS_OK) {
        status = chunk_tell_progress(lane, next, fields.data, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(chunk->outbox, chunk->db, err);
    }
    return status == STATUS_OK ? db_commit(chunk->db, err) : status;
}

static Status sweep_chunk(SweepLane *lane, Error *err)
{
    Sweep *sweep = lane->sweep;
    SweepMark next;
    SweepChunk chunk = {.run = sweep->run,
                        .context = sweep->context,
                        .db = lane->db,
                        .outbox = lane->outbox,
                        .counts = next.counts,
                        .lead_events = sweep->lead_events};
    AUTO_TX Db *tx = lane->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(lane->outbox, db_epoch(tx), clock_now_us());
        status =
            sweep_mark_read(sweep->run, tx, lane->number, sweep->kind->counts, &lane->mark, err);
    }
    if (status == STATUS_OK) {
        status = job_run_check_deaths(sweep->run, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    next = lane->mark;
    db_array_begin(&chunk.ids, DB_ARRAY_INT8);
    status = chunk_run(lane, &chunk, &next, err);
    db_array_done(&chunk.ids);
    lead_dials_done(&chunk.leads);
    if (status == STATUS_OK) {
        lane->mark = next;
    }
    return status;
}

/* ---- a lane ---- */

static bool sweep_should_stop(const Sweep *sweep)
{
    return job_run_should_stop(sweep->run) || atomic_load(&sweep->broken);
}

/* Whatever is left of a try is undone, also when its commit is in doubt: the mark says. */
static Status lane_try(SweepLane *lane, Error *err)
{
    Status status = sweep_chunk(lane, err);
    for (int i = 1; status == STATUS_RETRY && strcmp(err->code, "fenced") != 0 && i < SWEEP_TRIES &&
                    !sweep_should_stop(lane->sweep);
         i++) {
        lane->long_ways = SWEEP_LONG_WAYS;
        clock_nap(SWEEP_NAP_MS);
        status = sweep_chunk(lane, err);
    }
    lane->long_ways -= lane->long_ways > 0;
    return status;
}

static void sweep_start_down(Sweep *sweep);

static Status lane_run(SweepLane *lane, Error *err)
{
    Sweep *sweep = lane->sweep;
    Status status = STATUS_OK;
    while (status == STATUS_OK && !lane->done && !sweep_should_stop(sweep)) {
        int64_t begun_ms = clock_mono_ms();
        if (relay_is_backed_up(sweep->run->relay)) {
            clock_nap(SWEEP_NAP_MS);
            continue;
        }
        status = lane_try(lane, err);
        relay_kick(sweep->run->relay);
        if (status == STATUS_OK && !lane->done && lane->number == SWEEP_UP) {
            sweep_start_down(sweep);
        }
        clock_nap((int)((clock_mono_ms() - begun_ms) / SWEEP_REST));
    }
    if (status != STATUS_OK) {
        atomic_store(&sweep->broken, true);
    }
    return status;
}

/* ---- both ---- */

static void *down_main(void *opaque)
{
    Sweep *sweep = opaque;
    log_context_job(sweep->run->job_no);
    log_context_list(sweep->run->list_id);
    log_context_trace(sweep->run->trace);
    sweep->down_status = lane_run(&sweep->lanes[SWEEP_DOWN], &sweep->down_err);
    return NULL;
}

/* Behind the first chunk: a short list has no work for two. Without a thread one lane does all. */
static void sweep_start_down(Sweep *sweep)
{
    const Config *cfg = sweep->run->cfg;
    if (sweep->down_started || sweep->kind->whole == NULL || cfg->sweep_lanes < SWEEP_LANES) {
        return;
    }
    if (sweep->down_db == NULL) {
        sweep->down_db = db_new(cfg->database_url, cfg->ns, "leadspool job lane");
        outbox_init(&sweep->down_outbox, cfg->ns);
        sweep->down_outbox.trace = sweep->run->trace;
        sweep->lanes[SWEEP_DOWN].db = sweep->down_db;
        sweep->lanes[SWEEP_DOWN].outbox = &sweep->down_outbox;
    }
    sweep->down_started = pthread_create(&sweep->down_thread, NULL, down_main, sweep) == 0;
}

static Status sweep_read_marks(Sweep *sweep, Error *err)
{
    AUTO_TX Db *tx = sweep->run->db;
    Status status = db_begin(tx, err);
    for (int i = 0; status == STATUS_OK && i < SWEEP_LANES; i++) {
        SweepLane *lane = &sweep->lanes[i];
        *lane = (SweepLane){.sweep = sweep, .number = i, .db = tx, .outbox = sweep->run->outbox};
        lane->progress_ms = clock_mono_ms() + SWEEP_PROGRESS_MS;
        status = sweep_mark_read(sweep->run, tx, i, sweep->kind->counts, &lane->mark, err);
        sweep->bounds[i] = lane->mark.lead_id;
    }
    return status;
}

static Status sweep_all(Sweep *sweep, Error *err)
{
    Status status = sweep_read_marks(sweep, err);
    if (status == STATUS_OK) {
        status = lane_run(&sweep->lanes[SWEEP_UP], err);
    }
    if (sweep->down_started) {
        pthread_join(sweep->down_thread, NULL);
        if (status == STATUS_OK && sweep->down_status != STATUS_OK) {
            *err = sweep->down_err;
            status = sweep->down_status;
        }
    }
    bool done =
        sweep->lanes[SWEEP_UP].done && (!sweep->down_started || sweep->lanes[SWEEP_DOWN].done);
    return status == STATUS_OK && !done ? job_run_handed_on(sweep->run, err) : status;
}

static void sweep_counts(const Sweep *sweep, StrBuf *ret_fields)
{
    int64_t totals[SWEEP_COUNTS];
    for (int i = 0; i < SWEEP_COUNTS; i++) {
        totals[i] = sweep->lanes[SWEEP_UP].mark.counts[i] + sweep->lanes[SWEEP_DOWN].mark.counts[i];
    }
    sweep_mark_fields(sweep->kind->counts, totals, ret_fields);
}

Status lead_sweep(JobRun *run, const SweepKind *kind, void *context, StrBuf *ret_fields, Error *err)
{
    Sweep sweep = {.run = run,
                   .kind = kind,
                   .context = context,
                   .lead_events = json_is_true(json_object_get(run->params, "lead_events"))};
    pthread_mutex_init(&sweep.lock, NULL);
    Status status = sweep_all(&sweep, err);
    sweep_counts(&sweep, ret_fields);
    if (sweep.down_db != NULL) {
        db_close(sweep.down_db);
        outbox_done(&sweep.down_outbox);
    }
    pthread_mutex_destroy(&sweep.lock);
    return status;
}
