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
    int whole_leads; /* of the next chunk by whole(): fewer behind one that failed */
    int long_ways;   /* so many chunks do without whole() */
    Status status;
    Error err;
} SweepLane;

struct Sweep {
    JobRun *run;
    const SweepKind *kind;
    void *context;
    bool lead_events;
    atomic_llong progress_ms;
    pthread_mutex_t lock;
    int64_t bounds[SWEEP_LANES]; /* under lock; what lies between them no lane has taken yet */
    atomic_bool broken;          /* a lane failed: the other one stops, too */
    SweepLane lanes[SWEEP_LANES];
    bool down_tried; /* to start the second lane's thread */
    bool down_started;
    pthread_t down_thread;
    Outbox down_outbox;
};

/* ---- one chunk ---- */

static Status
chunk_tell_progress(SweepLane *lane, const SweepMark *next, const char *fields, Error *err)
{
    Sweep *sweep = lane->sweep;
    char cause[64];
    long long due_ms = atomic_load(&sweep->progress_ms);
    int64_t now_ms = clock_mono_ms();
    if (now_ms < due_ms ||
        !atomic_compare_exchange_strong(&sweep->progress_ms, &due_ms, now_ms + SWEEP_PROGRESS_MS)) {
        return STATUS_OK;
    }
    snprintf(cause, sizeof cause, "job/%" PRId64 "/%" PRId64, sweep->run->job_no, next->lead_id);
    return job_event(lane->db, lane->outbox, sweep->run->job_no, "job.progress", cause, 0, fields,
                     err);
}

/* In a transaction of lead_begin(). */
static Status chunk_lock_and_work(const SweepKind *kind, SweepChunk *chunk, Error *err)
{
    if (chunk->ids.count == 0) {
        return STATUS_OK;
    }
    Status status = kind->before_lock != NULL ? kind->before_lock(chunk, err) : STATUS_OK;
    if (status == STATUS_OK) {
        status = lead_dials_lock(chunk->db, &chunk->ids, false, &chunk->leads, err);
    }
    return status == STATUS_OK && chunk->leads.count > 0 ? kind->work(chunk, err) : status;
}

/* The next leads of the lane that the other one has not taken: behind *ret_after up to chunk->last.
 * What a lane took once stays its own: a commit in doubt may still happen. */
static Status
chunk_take(SweepLane *lane, SweepChunk *chunk, int most, int64_t *ret_after, Error *err)
{
    bool up = lane->number == SWEEP_UP;
    int64_t *bounds = lane->sweep->bounds;
    DbParams params = {0};
    db_param_i64(&params, chunk->run->list_no);
    db_param_i64(&params, up ? lane->mark.lead_id : bounds[SWEEP_UP]);
    db_param_i64(&params, up ? bounds[SWEEP_DOWN] : lane->mark.lead_id);
    db_param_i64(&params, most);
    AUTO_RESULT *span = NULL;
    Status status = db_query(chunk->db, up ? sql_sweep_up : sql_sweep_down, &params, &span, err);
    if (status != STATUS_OK || db_i64(span, 0, 0) == 0) {
        return status;
    }
    int64_t first = db_i64(span, 0, 1);
    chunk->seen = (int)db_i64(span, 0, 0);
    chunk->last = db_i64(span, 0, 2);
    *ret_after = first - 1;
    if (up && chunk->last > bounds[SWEEP_UP]) {
        bounds[SWEEP_UP] = chunk->last;
    } else if (!up && first < bounds[SWEEP_DOWN]) {
        bounds[SWEEP_DOWN] = first;
    }
    return STATUS_OK;
}

/* The next span of a kind that has whole(). */
static Status chunk_span(SweepLane *lane, SweepChunk *chunk, SweepMark *next, Error *err)
{
    const SweepKind *kind = lane->sweep->kind;
    bool whole = lane->long_ways == 0;
    int64_t after = 0;
    Status status = whole ? lead_begin_in_order(chunk->db, err) : lead_begin(chunk->db, err);
    if (status == STATUS_OK) {
        pthread_mutex_lock(&lane->sweep->lock);
        status =
            chunk_take(lane, chunk, whole ? lane->whole_leads : SWEEP_CHUNK_LEADS, &after, err);
        pthread_mutex_unlock(&lane->sweep->lock);
    }
    next->lead_id = lane->number == SWEEP_UP ? chunk->last : after + 1;
    if (status != STATUS_OK || chunk->seen == 0) {
        return status;
    }
    if (whole) {
        return kind->whole(chunk, after, err);
    }
    status = kind->find(chunk, after, err);
    return status == STATUS_OK ? chunk_lock_and_work(kind, chunk, err) : status;
}

/* Of a kind that finds its leads itself. */
static Status chunk_found(SweepLane *lane, SweepChunk *chunk, SweepMark *next, Error *err)
{
    const SweepKind *kind = lane->sweep->kind;
    Status status = kind->find(chunk, lane->mark.lead_id, err);
    next->lead_id = chunk->last;
    if (status == STATUS_OK && chunk->ids.count > 0) {
        status = lead_begin(chunk->db, err);
    }
    return status == STATUS_OK ? chunk_lock_and_work(kind, chunk, err) : status;
}

static Status chunk_run(SweepLane *lane, SweepChunk *chunk, SweepMark *next, Error *err)
{
    const Sweep *sweep = lane->sweep;
    AUTO_STRBUF fields = STRBUF_INIT;
    Status status = sweep->kind->whole != NULL ? chunk_span(lane, chunk, next, err)
                                               : chunk_found(lane, chunk, next, err);
    if (status != STATUS_OK || chunk->seen == 0) {
        lane->done = status == STATUS_OK;
        *next = lane->mark;
        return status;
    }
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

/* What is too much for a statement's time, or meets others all the time, is tried in smaller
 * pieces.
 */
static void lane_learn(SweepLane *lane, bool went_well)
{
    int most = lane->sweep->kind->whole_leads;
    int leads = went_well ? lane->whole_leads * 2 : lane->whole_leads / 2;
    leads = leads < SWEEP_CHUNK_LEADS ? SWEEP_CHUNK_LEADS : leads;
    lane->whole_leads = leads < most ? leads : most;
}

/* Whatever is left of a try is undone, also when its commit is in doubt: the mark says. */
static Status lane_try(SweepLane *lane, Error *err)
{
    bool whole = lane->long_ways == 0;
    Status status = sweep_chunk(lane, err);
    if (whole && (status == STATUS_OK || status == STATUS_RETRY)) {
        lane_learn(lane, status == STATUS_OK);
    }
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

static void lane_run(SweepLane *lane)
{
    Sweep *sweep = lane->sweep;
    while (lane->status == STATUS_OK && !lane->done && !sweep_should_stop(sweep)) {
        int64_t begun_ms = clock_mono_ms();
        if (relay_is_backed_up(sweep->run->relay)) {
            clock_nap(SWEEP_NAP_MS);
            continue;
        }
        lane->status = lane_try(lane, &lane->err);
        relay_kick(sweep->run->relay);
        if (lane->status == STATUS_OK && !lane->done) {
            sweep_start_down(sweep);
        }
        clock_nap((int)((clock_mono_ms() - begun_ms) / SWEEP_REST));
    }
    if (lane->status != STATUS_OK) {
        atomic_store(&sweep->broken, true);
    }
}

/* ---- both ---- */

static void *down_main(void *opaque)
{
    Sweep *sweep = opaque;
    log_context_job(sweep->run->job_no);
    log_context_list(sweep->run->list_id);
    log_context_trace(sweep->run->trace);
    lane_run(&sweep->lanes[SWEEP_DOWN]);
    return NULL;
}

/* A job that processes died with goes up alone, so that it cannot get on at one end and die at the
 * other, over and over. */
static bool sweep_wants_down(const Sweep *sweep)
{
    return sweep->kind->whole != NULL && sweep->run->cfg->sweep_lanes == SWEEP_LANES &&
           sweep->run->deaths == 0;
}

/* Once, behind the first chunk: a short list has no work for two. Where there is no connection or
 * no thread for it, one lane does all. */
static void sweep_start_down(Sweep *sweep)
{
    const Config *cfg = sweep->run->cfg;
    SweepLane *lane = &sweep->lanes[SWEEP_DOWN];
    Error none;
    if (sweep->down_tried || !sweep_wants_down(sweep)) {
        return;
    }
    sweep->down_tried = true;
    lane->db = db_new(cfg->database_url, cfg->ns, "leadspool job lane");
    lane->outbox = &sweep->down_outbox;
    outbox_init(lane->outbox, cfg->ns);
    lane->outbox->trace = sweep->run->trace;
    bool connected = db_begin(lane->db, &none) == STATUS_OK;
    db_rollback(lane->db);
    sweep->down_started =
        connected && pthread_create(&sweep->down_thread, NULL, down_main, sweep) == 0;
}

static void sweep_end_down(Sweep *sweep)
{
    if (sweep->down_started) {
        pthread_join(sweep->down_thread, NULL);
    }
    if (sweep->down_tried) {
        db_close(sweep->lanes[SWEEP_DOWN].db);
        outbox_done(&sweep->down_outbox);
    }
}

static Status sweep_read_marks(Sweep *sweep, Error *err)
{
    AUTO_TX Db *tx = sweep->run->db;
    Status status = db_begin(tx, err);
    for (int i = 0; status == STATUS_OK && i < SWEEP_LANES; i++) {
        SweepLane *lane = &sweep->lanes[i];
        status = sweep_mark_read(sweep->run, tx, i, sweep->kind->counts, &lane->mark, err);
        sweep->bounds[i] = lane->mark.lead_id;
    }
    return status;
}

/* A lane that does not know what it has done outweighs one that failed for good: who claims the job
 * next reads it, and fails by the same. */
static Status sweep_outcome(const Sweep *sweep, Error *err)
{
    const SweepLane *up = &sweep->lanes[SWEEP_UP];
    const SweepLane *down = &sweep->lanes[SWEEP_DOWN];
    bool down_is_unsure = down->status != STATUS_OK && down->status != STATUS_BAD_INPUT;
    bool by_down = up->status == STATUS_OK || (up->status == STATUS_BAD_INPUT && down_is_unsure);
    const SweepLane *lane = by_down ? down : up;
    bool done = up->done && (!sweep->down_started || down->done);
    if (lane->status != STATUS_OK) {
        *err = lane->err;
        return lane->status;
    }
    return done ? STATUS_OK : job_run_handed_on(sweep->run, err);
}

static Status sweep_all(Sweep *sweep, Error *err)
{
    Status status = sweep_read_marks(sweep, err);
    if (status != STATUS_OK) {
        return status;
    }
    lane_run(&sweep->lanes[SWEEP_UP]);
    sweep_end_down(sweep);
    return sweep_outcome(sweep, err);
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
    for (int i = 0; i < SWEEP_LANES; i++) {
        sweep.lanes[i] = (SweepLane){.sweep = &sweep,
                                     .number = i,
                                     .db = run->db,
                                     .outbox = run->outbox,
                                     .whole_leads = kind->whole_leads};
    }
    atomic_init(&sweep.progress_ms, clock_mono_ms() + SWEEP_PROGRESS_MS);
    pthread_mutex_init(&sweep.lock, NULL);
    Status status = sweep_all(&sweep, err);
    sweep_counts(&sweep, ret_fields);
    pthread_mutex_destroy(&sweep.lock);
    return status;
}
