#include "runtime/job_runner.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric_table.h"
#include "runtime/job.h"
#include "runtime/job_waits.h"
#include "sql_queries.h"

enum { JOB_POLL_MS = 250, JOB_TROUBLE_MS = 1000, JOB_FATAL_MS = 30000 };
/* From so many deaths on a job is run alone in its process, until it makes a step. */
enum { JOB_DEATHS_ALONE = 2 };
enum { LOOK_TRIES = 6, LOOK_EVERY_MS = 500, KEEPER_NAP_MS = 20 };

typedef struct JobThread {
    JobRunner *runner;
    pthread_t thread;
    Db *db;
    Db *keeper_db;
    Outbox outbox;
    JobRun *run; /* under runner->lock */
} JobThread;

struct JobRunner {
    const Config *cfg;
    const JobKind *kinds;
    void *service;
    const char *worker_id;
    Relay *relay;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool kicked;
    int running;      /* jobs that are run, or being claimed */
    bool alone;       /* one that has to be alone is among them */
    int64_t waits_ms; /* since when one that has to be alone waits for them to end; 0: none does */
    JobWaits waits;   /* of those that were given back */
    atomic_bool stopping;
    int thread_count;
    JobThread threads[16];
};

bool job_run_should_stop(const JobRun *run)
{
    return atomic_load(&run->lost) || atomic_load(&run->cancelled) || atomic_load(&run->stopping);
}

Status job_run_handed_on(const JobRun *run, Error *err)
{
    bool taken = atomic_load(&run->lost) || atomic_load(&run->stopping);
    return taken ? error_set(err, STATUS_RETRY, "stopping", "the job goes on elsewhere")
                 : STATUS_OK;
}

void job_run_cause(const JobRun *run, char ret[64])
{
    snprintf(ret, 64, "job/%" PRId64, run->job_no);
}

Status job_run_fenced(Error *err)
{
    return error_set(err, STATUS_RETRY, "fenced", "another process has the job");
}

Status job_run_lock(const JobRun *run, Db *db, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, run->job_no);
    db_param_i64(&params, run->token);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_job_lock, &params, &result, err);
    if (status == STATUS_OK && db_rows(result) == 0) {
        return job_run_fenced(err);
    }
    return status;
}

Status job_run_see_asked(JobRun *run, Db *db, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, run->job_no);
    db_param_i64(&params, run->token);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_job_asked, &params, &result, err);
    if (status == STATUS_OK && db_rows(result) == 1 && db_bool(result, 0, 0)) {
        atomic_store(&run->cancelled, true);
    }
    return status;
}

Status job_run_check_deaths(const JobRun *run, Error *err)
{
    if (run->deaths < run->cfg->job_deaths || atomic_load(&run->cancelled)) {
        return STATUS_OK;
    }
    return error_set(err, STATUS_BAD_INPUT, "crash",
                     "%d processes in a row died with this job before its next step", run->deaths);
}

Status job_run_moved(const JobRun *run, Db *db, Error *err)
{
    if (run->deaths == 0) {
        return STATUS_OK;
    }
    DbParams params = {0};
    db_param_i64(&params, run->job_no);
    db_param_i64(&params, run->token);
    return db_exec(db, sql_job_moved, &params, -1, err);
}

/* ---- claiming ---- */

static bool candidate_is_deadly(const DbResult *candidates, int row)
{
    return db_i64(candidates, row, 1) >= JOB_DEATHS_ALONE;
}

static void runner_see_waiting(JobRunner *runner, const DbResult *candidates)
{
    bool any = false;
    for (int i = 0; i < db_rows(candidates); i++) {
        any = any || candidate_is_deadly(candidates, i);
    }
    pthread_mutex_lock(&runner->lock);
    if (!any) {
        runner->waits_ms = 0;
    } else if (runner->waits_ms == 0 && runner->running > 0) {
        runner->waits_ms = clock_mono_ms();
    }
    pthread_mutex_unlock(&runner->lock);
}

/* False: not now, another one is run, or has waited to be alone. */
static bool runner_reserve(JobRunner *runner, bool alone)
{
    pthread_mutex_lock(&runner->lock);
    bool may = !runner->alone && (alone ? runner->running == 0 : runner->waits_ms == 0);
    if (may) {
        runner->running++;
        runner->alone = alone;
        runner->waits_ms = 0;
    }
    pthread_mutex_unlock(&runner->lock);
    return may;
}

/* One waits to be alone for so long that those beside it go on later. */
static bool runner_wants_room(JobRunner *runner)
{
    pthread_mutex_lock(&runner->lock);
    bool wants = runner->waits_ms != 0 && !runner->alone &&
                 clock_mono_ms() - runner->waits_ms >= runner->cfg->job_lease_ms;
    pthread_mutex_unlock(&runner->lock);
    return wants;
}

static void runner_end_alone(JobRunner *runner)
{
    pthread_mutex_lock(&runner->lock);
    runner->alone = false;
    pthread_mutex_unlock(&runner->lock);
    job_runner_kick(runner);
}

static void runner_unreserve(JobRunner *runner)
{
    pthread_mutex_lock(&runner->lock);
    runner->running--;
    runner->alone = false;
    pthread_mutex_unlock(&runner->lock);
}

static Status runner_candidates(JobThread *self, DbResult **ret, Error *err)
{
    DbArray kinds = {0};
    db_array_begin(&kinds, DB_ARRAY_TEXT);
    for (const JobKind *kind = self->runner->kinds; kind->kind != NULL; kind++) {
        db_array_string(&kinds, kind->kind);
    }
    DbParams params = {0};
    db_param_array(&params, &kinds);
    db_param_text(&params, self->runner->worker_id);
    AUTO_TX Db *tx = self->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql_job_candidates, &params, ret, err);
    }
    db_array_done(&kinds);
    return status;
}

static JobRun *runner_new_run(const JobThread *self, const DbResult *row)
{
    const JobRunner *runner = self->runner;
    JobRun *run = mem_alloc(sizeof *run);
    run->cfg = runner->cfg;
    run->service = runner->service;
    run->relay = runner->relay;
    run->db = self->db;
    run->outbox = (Outbox *)&self->outbox;
    run->job_no = db_i64(row, 0, 0);
    snprintf(run->kind, sizeof run->kind, "%s", db_text(row, 0, 1));
    run->token = db_i64(row, 0, 2);
    run->list_no = (int32_t)db_i64(row, 0, 3);
    run->campaign_no = (int32_t)db_i64(row, 0, 4);
    run->params = json_loads(db_text(row, 0, 5), 0, NULL);
    run->source = mem_strdup(db_text(row, 0, 6));
    run->command_id = mem_strdup(db_text(row, 0, 7));
    snprintf(run->list_id, sizeof run->list_id, "%s",
             db_text(row, 0, 8) != NULL ? db_text(row, 0, 8) : "");
    atomic_store(&run->cancelled, db_bool(row, 0, 10));
    run->trace = job_trace(row, 0, 13, &run->trace_kept) ? &run->trace_kept : NULL;
    run->outbox->trace = run->trace;
    run->first = db_bool(row, 0, 11);
    run->started_us = db_i64(row, 0, 12);
    run->deaths = (int)db_i64(row, 0, 15);
    run->alone = run->deaths >= JOB_DEATHS_ALONE;
    return run;
}

static void runner_free_run(JobRun *run)
{
    if (run != NULL) {
        run->outbox->trace = NULL;
        json_decref(run->params);
        free(run->source);
        free(run->command_id);
        free(run);
    }
}

static Status runner_take_slots(Db *db, int64_t job_no, bool *ret_all, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, job_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_job_slots_take, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_all = db_bool(result, 0, 0);
    }
    return status;
}

/* NULL in *ret without an error: somebody else has it, or holds one of its slots. */
static Status runner_claim(JobThread *self, int64_t job_no, JobRun **ret, Error *err)
{
    JobRunner *runner = self->runner;
    int64_t now_us = clock_now_us();
    DbParams params = {0};
    db_param_i64(&params, job_no);
    db_param_text(&params, runner->worker_id);
    db_param_i64(&params, runner->cfg->job_lease_ms);
    db_param_time(&params, now_us);
    AUTO_RESULT *result = NULL;
    bool mine = false;
    AUTO_TX Db *tx = self->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql_job_claim, &params, &result, err);
    }
    if (status == STATUS_OK && db_rows(result) == 1) {
        status = runner_take_slots(tx, job_no, &mine, err);
    }
    if (status != STATUS_OK || !mine) {
        return status;
    }
    outbox_reset(&self->outbox, db_epoch(tx), now_us);
    if (db_bool(result, 0, 11)) {
        char cause[64];
        snprintf(cause, sizeof cause, "job/%" PRId64 "/started", job_no);
        status = job_event(tx, &self->outbox, job_no, "job.started", cause, 0, "", err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(&self->outbox, tx, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    if (status == STATUS_OK) {
        *ret = runner_new_run(self, result);
        relay_kick(runner->relay);
    }
    return status;
}

/* Whoever gets a job has reserved its place too. While one waits to be alone nothing else begins
 * here, so that it is not overtaken for ever; for how long, runner_wants_room() says. */
static Status runner_find(JobThread *self, JobRun **ret, Error *err)
{
    AUTO_RESULT *candidates = NULL;
    Status status = runner_candidates(self, &candidates, err);
    if (status == STATUS_OK) {
        runner_see_waiting(self->runner, candidates);
    }
    for (int i = 0; status == STATUS_OK && *ret == NULL && i < db_rows(candidates); i++) {
        if (!runner_reserve(self->runner, candidate_is_deadly(candidates, i))) {
            continue;
        }
        status = runner_claim(self, db_i64(candidates, i, 0), ret, err);
        if (*ret == NULL) {
            runner_unreserve(self->runner);
        }
    }
    return status;
}

/* ---- keeping the lease ---- */

static void runner_renew(JobThread *self, JobRun *run)
{
    DbParams params = {0};
    db_param_i64(&params, run->job_no);
    db_param_i64(&params, run->token);
    db_param_i64(&params, self->runner->cfg->job_lease_ms);
    AUTO_RESULT *result = NULL;
    Error err;
    AUTO_TX Db *tx = self->keeper_db;
    if (db_begin(tx, &err) != STATUS_OK ||
        db_query(tx, sql_job_renew, &params, &result, &err) != STATUS_OK ||
        db_commit(tx, &err) != STATUS_OK) {
        return; /* tried again soon; the fence holds whatever the lease does */
    }
    if (db_rows(result) == 0) {
        if (!atomic_exchange(&run->lost, true)) { /* until the run sees it, this comes by again */
            metric_add(&metric_lease_lost, 1, "job", NULL);
        }
        return;
    }
    if (db_bool(result, 0, 0)) {
        atomic_store(&run->cancelled, true);
    }
    if (run->alone && db_i64(result, 0, 1) == 0) { /* it got past the place where it was deadly */
        run->alone = false;
        runner_end_alone(self->runner);
    }
}

static void runner_leave(JobThread *self, const JobRun *run)
{
    DbParams params = {0};
    db_param_i64(&params, run->job_no);
    db_param_i64(&params, run->token);
    Error err;
    AUTO_TX Db *tx = self->keeper_db;
    if (db_begin(tx, &err) != STATUS_OK ||
        db_exec(tx, sql_job_leave, &params, -1, &err) != STATUS_OK ||
        db_commit(tx, &err) != STATUS_OK) {
        LOG_DEBUG("job.not_left", "msg=%s", err.text); /* at worst it counts as a death */
    }
}

typedef struct JobKeeper {
    JobThread *thread;
    JobRun *run;
    pthread_t keeper;
    atomic_bool ended;
} JobKeeper;

static void *runner_keep(void *opaque)
{
    JobKeeper *keeper = opaque;
    int64_t period_ms = keeper->thread->runner->cfg->job_lease_ms / 4;
    if (period_ms > 1000) {
        period_ms = 1000; /* cancellation should be noticed soon */
    }
    int64_t next_ms = clock_mono_ms() + period_ms;
    while (!atomic_load(&keeper->ended)) {
        JobRunner *runner = keeper->thread->runner;
        if ((atomic_load(&runner->stopping) || runner_wants_room(runner)) &&
            !atomic_exchange(&keeper->run->stopping, true)) {
            runner_leave(keeper->thread, keeper->run);
        }
        if (clock_mono_ms() >= next_ms) {
            runner_renew(keeper->thread, keeper->run);
            next_ms = clock_mono_ms() + period_ms;
        }
        clock_nap(KEEPER_NAP_MS);
    }
    return NULL;
}

/* ---- running and ending ---- */

static const JobKind *runner_kind(const JobRunner *runner, const char *name)
{
    for (const JobKind *kind = runner->kinds; kind->kind != NULL; kind++) {
        if (strcmp(kind->kind, name) == 0) {
            return kind;
        }
    }
    return NULL;
}

static void runner_error_field(StrBuf *fields, const Error *failure)
{
    strbuf_adds(fields, fields->len > 0 ? ",\"error\":" : "\"error\":");
    if (failure == NULL) {
        strbuf_adds(fields, "null");
        return;
    }
    strbuf_adds(fields, "{\"code\":");
    strbuf_add_json(fields, failure->code, strlen(failure->code));
    strbuf_adds(fields, ",\"field\":");
    strbuf_add_json(fields, failure->field, strlen(failure->field));
    strbuf_adds(fields, ",\"message\":");
    strbuf_add_json(fields, failure->text, strlen(failure->text));
    strbuf_addc(fields, '}');
}

static Status
runner_end_rows(JobRun *run, Db *tx, const char *state, const char *fields, Error *err)
{
    AUTO_FREE char *result_json = mem_sprintf("{%s}", fields);
    DbParams params = {0};
    db_param_i64(&params, run->job_no);
    db_param_i64(&params, run->token);
    db_param_text(&params, state);
    db_param_text(&params, result_json);
    db_param_time(&params, run->outbox->now_us);
    Status status = db_exec(tx, sql_job_finish, &params, 1, err);
    if (status == STATUS_OK) {
        DbParams job = {0};
        db_param_i64(&job, run->job_no);
        status = db_exec(tx, sql_job_slots_free, &job, -1, err);
    }
    return status;
}

/* Nobody but the holder of the token ends a running job. */
static Status runner_look(JobRun *run, bool *ret_ended, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, run->job_no);
    db_param_i64(&params, run->token);
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql_job_look, &params, &result, err);
    }
    if (status == STATUS_OK) {
        *ret_ended = db_rows(result) == 1 && strcmp(db_text(result, 0, 0), "running") != 0;
    }
    return status;
}

/* After a lost reply to COMMIT: did it happen? */
static Status runner_find_out(JobRun *run, Error *err)
{
    bool ended = false;
    Status status = runner_look(run, &ended, err);
    for (int i = 1; status == STATUS_RETRY && i < LOOK_TRIES; i++) {
        clock_nap(LOOK_EVERY_MS);
        status = runner_look(run, &ended, err);
    }
    if (status == STATUS_OK && !ended) {
        return error_set(err, STATUS_RETRY, "not_committed", "the transaction did not happen");
    }
    return status;
}

static Status
runner_end_once(JobRun *run, const JobKind *kind, const char *state, const char *fields, Error *err)
{
    char cause[64];
    char type[32];
    snprintf(cause, sizeof cause, "job/%" PRId64 "/ended", run->job_no);
    snprintf(type, sizeof type, "job.%s", state);
    AUTO_TX Db *tx = run->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(run->outbox, db_epoch(tx), clock_now_us());
        status = runner_end_rows(run, tx, state, fields, err);
    }
    if (status == STATUS_OK && kind->end != NULL) {
        status = kind->end(run, tx, err);
    }
    if (status == STATUS_OK) {
        status = job_event(tx, run->outbox, run->job_no, type, cause, 0, fields, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(run->outbox, tx, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    if (status == STATUS_RETRY && strcmp(err->code, "commit_unknown") == 0) {
        status = runner_find_out(run, err);
    }
    return status;
}

static void runner_give_back(JobRun *run, int64_t after_ms, const char *waiting)
{
    DbParams params = {0};
    db_param_i64(&params, run->job_no);
    db_param_i64(&params, run->token);
    db_param_i64(&params, after_ms);
    db_param_text(&params, waiting);
    db_param_i64(&params, run->cfg->job_deaths);
    Error err;
    AUTO_TX Db *tx = run->db;
    if (db_begin(tx, &err) != STATUS_OK ||
        db_exec(tx, sql_job_release, &params, -1, &err) != STATUS_OK ||
        db_commit(tx, &err) != STATUS_OK) {
        LOG_DEBUG("job.not_released", "msg=%s", err.text); /* the lease runs out by itself */
    }
}

/* For what is in its way: said now and again, tried ever more rarely, shown with the job. */
static void runner_put_off(JobThread *self, JobRun *run, Status outcome, const Error *cause)
{
    bool tell = false;
    pthread_mutex_lock(&self->runner->lock);
    int64_t after_ms =
        job_waits_note(&self->runner->waits, run->job_no, cause->code, clock_mono_ms(), &tell);
    pthread_mutex_unlock(&self->runner->lock);
    if (tell) {
        LOG_WARN("job.given_back", "code=%s msg=%s", cause->code, cause->text);
    }
    runner_give_back(run, outcome == STATUS_FATAL ? JOB_FATAL_MS : after_ms, cause->code);
}

/* OK: the job has ended (or somebody else will end it). */
static void runner_settle(JobThread *self,
                          JobRun *run,
                          const JobKind *kind,
                          Status outcome,
                          StrBuf *fields,
                          const Error *failure)
{
    bool waits = outcome == STATUS_RETRY || outcome == STATUS_FATAL;
    if (atomic_load(&run->lost) || (waits && atomic_load(&run->stopping))) {
        LOG_WARN("job.given_back", "code=%s msg=%s", failure->code, failure->text);
        runner_give_back(run, 0, NULL); /* somebody has it, or may have it at once */
        return;
    }
    if (waits) {
        runner_put_off(self, run, outcome, failure);
        return;
    }
    const char *state = outcome == STATUS_BAD_INPUT    ? "failed"
                        : atomic_load(&run->cancelled) ? "cancelled"
                                                       : "completed";
    runner_error_field(fields, outcome == STATUS_BAD_INPUT ? failure : NULL);
    Error err;
    if (runner_end_once(run, kind, state, fields->data, &err) != STATUS_OK) {
        LOG_WARN("job.end_failed", "code=%s msg=%s", err.code, err.text);
        runner_give_back(run, JOB_WAIT_FIRST_MS, NULL); /* the next one ends it, if this did not */
        return;
    }
    metric_add(&metric_jobs_ended, 1, kind->kind, state);
    LOG_INFO("job.ended", "state=%s code=%s msg=%s", state,
             outcome == STATUS_BAD_INPUT ? failure->code : "",
             outcome == STATUS_BAD_INPUT ? failure->text : "");
    relay_kick(self->runner->relay);
    job_runner_kick(self->runner);
    if (kind->ended != NULL) {
        kind->ended(run);
    }
}

static void runner_run(JobThread *self, JobRun *run)
{
    log_context_job(run->job_no);
    log_context_list(run->list_id);
    log_context_trace(run->trace);
    LOG_INFO("job.claimed", "kind=%s token=%" PRId64 " deaths=%d", run->kind, run->token,
             run->deaths);
    const JobKind *kind = runner_kind(self->runner, run->kind);
    JobKeeper keeper = {.thread = self, .run = run};
    bool kept = pthread_create(&keeper.keeper, NULL, runner_keep, &keeper) == 0;
    AUTO_STRBUF fields = STRBUF_INIT;
    Error failure = {0};
    Status outcome =
        kept ? kind->run(run, &fields, &failure)
             : error_set(&failure, STATUS_RETRY, "thread", "no thread to keep the lease");
    if (kept) {
        atomic_store(&keeper.ended, true);
        pthread_join(keeper.keeper, NULL);
    }
    runner_settle(self, run, kind, outcome, &fields, &failure);
    log_context_clear();
}

static void runner_wait(JobRunner *runner, int wait_ms)
{
    struct timespec until = clock_mono_in(wait_ms);
    pthread_mutex_lock(&runner->lock);
    if (!runner->kicked && !atomic_load(&runner->stopping)) {
        pthread_cond_timedwait(&runner->wake, &runner->lock, &until);
    }
    runner->kicked = false;
    pthread_mutex_unlock(&runner->lock);
}

static void *runner_main(void *opaque)
{
    JobThread *self = opaque;
    JobRunner *runner = self->runner;
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    while (!atomic_load(&runner->stopping)) {
        JobRun *run = NULL;
        Error err;
        if (runner_find(self, &run, &err) != STATUS_OK) {
            log_rate_limited(&rate, LOG_LEVEL_WARN, "job.trouble", " code=%s msg=%s", err.code,
                             err.text);
            runner_wait(runner, JOB_TROUBLE_MS);
        } else if (run != NULL) {
            runner_run(self, run);
            runner_unreserve(runner);
        } else {
            runner_wait(runner, JOB_POLL_MS);
        }
        runner_free_run(run);
    }
    return NULL;
}

/* As 0 before it happens, so that the first is an increase. */
static void runner_show(const JobKind kinds[])
{
    static const char *const states[] = {"completed", "failed", "cancelled"};
    for (const JobKind *kind = kinds; kind->kind != NULL; kind++) {
        for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
            metric_add(&metric_jobs_ended, 0, kind->kind, states[i]);
        }
    }
}

Status job_runner_start(const Config *cfg,
                        const JobKind kinds[],
                        void *service,
                        const char *worker_id,
                        Relay *relay,
                        JobRunner **ret,
                        Error *err)
{
    JobRunner *runner = mem_alloc(sizeof *runner);
    runner->cfg = cfg;
    runner->kinds = kinds;
    runner->service = service;
    runner->worker_id = worker_id;
    runner->relay = relay;
    runner_show(kinds);
    pthread_mutex_init(&runner->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&runner->wake, &attributes);
    for (int i = 0; i < cfg->job_threads; i++) {
        JobThread *self = &runner->threads[i];
        self->runner = runner;
        self->db = db_new(cfg->database_url, cfg->ns, "leadspool job");
        self->keeper_db = db_new(cfg->database_url, cfg->ns, "leadspool job keeper");
        outbox_init(&self->outbox, cfg->ns);
        if (pthread_create(&self->thread, NULL, runner_main, self) != 0) {
            return error_set(err, STATUS_FATAL, "thread", "no thread for jobs");
        }
        runner->thread_count++;
    }
    *ret = runner;
    return STATUS_OK;
}

void job_runner_kick(JobRunner *runner)
{
    pthread_mutex_lock(&runner->lock);
    runner->kicked = true;
    pthread_cond_broadcast(&runner->wake);
    pthread_mutex_unlock(&runner->lock);
}

void job_runner_ask_to_stop(JobRunner *runner)
{
    atomic_store(&runner->stopping, true);
    job_runner_kick(runner);
}

bool job_runner_stop(JobRunner *runner, int wait_ms)
{
    if (runner == NULL) {
        return true;
    }
    job_runner_ask_to_stop(runner);
    struct timespec deadline = clock_mono_in(wait_ms);
    bool ended = true;
    for (int i = 0; i < runner->thread_count; i++) {
        ended = clock_join(runner->threads[i].thread, &deadline) && ended;
    }
    if (!ended) {
        LOG_WARN("job.stop_abandoned"); /* the leases run out */
        return false;
    }
    for (int i = 0; i < runner->thread_count; i++) {
        db_close(runner->threads[i].db);
        db_close(runner->threads[i].keeper_db);
        outbox_done(&runner->threads[i].outbox);
    }
    free(runner);
    return true;
}
