#include "runtime/service.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "adapters/bus.h"
#include "adapters/http.h"
#include "adapters/supervisor.h"
#include "base/clock.h"
#include "base/exitcode.h"
#include "base/guard.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric_table.h"
#include "domain/law_pack.h"
#include "runtime/apply.h"
#include "runtime/contract.h"
#include "runtime/holding.h"
#include "runtime/housekeeping.h"
#include "runtime/intake.h"
#include "runtime/job.h"
#include "runtime/lag.h"
#include "runtime/migrate.h"
#include "runtime/number_key.h"

enum {
    LOOP_WAIT_MS = 50,
    DATABASE_NAP_MS = 1000,
    VIRTUAL_WAIT_MS = 5,
    BACKOFF_FIRST_MS = 50,
    BACKOFF_MOST_MS = 5000,
    REJOIN_WAIT_MS = 1500,
    RECLAIM_MS = 30000,
    CRASH_TRIES = 3,
    STUCK_AFTER_MS = 120000,
    TICK_MS = 1000,
    STOP_JOBS_MS = 4000,
    STOP_WITHIN_S = 9,
    START_GRANT_S = 30,
};

typedef struct Loop {
    const Service *service;
    const Config *cfg;
    char worker_id[IDS_UUID_SIZE];
    Db *db;
    Consumer *consumer;
    Relay *relay;
    JobRunner *runner;
    Http *http;
    Supervisor supervisor;
    void *state;
    Intake intake;
    Holding holding;
    Batch batch;
    Apply apply;
    ServiceParts parts;
    bool begun;
    int try_count; /* messages of the next try; 0: a whole batch. Halved while content is bad */
    int64_t retry_at_ms; /* no batch before */
    int backoff_ms;
    int64_t join_at_ms;    /* out of the group until then, at least; 0: in it */
    int64_t reclaim_at_ms; /* partitions were not claimed: ask for them again then; 0: all were */
    bool paused;           /* fetching is paused: the queues are full */
    int64_t tick_at_ms;
    int64_t ticked_us; /* as of the last one */
    int64_t housekeeping_at_ms;
    int64_t forget_at_ms;
    atomic_llong progress_ms;
    atomic_bool assigned;
    atomic_int not_claimed; /* of what is assigned */
    atomic_bool troubled;
    _Atomic(const char *) unfit; /* why it stands aside; a literal, or NULL */
} Loop;

/* ---- signals: the first asks to stop in order, the second ends the process ---- */

static volatile sig_atomic_t service_stop_signals;
static volatile sig_atomic_t service_level_signals;

static void service_on_signal(int number)
{
    (void)number;
    if (++service_stop_signals > 1) {
        _exit(EXITCODE_FAILED);
    }
    alarm(STOP_WITHIN_S);
}

/* Something hangs: a frozen server, or librdkafka. Nothing is lost: it is as if the process had
 * died. */
static void service_on_alarm(int number)
{
    (void)number;
    _exit(EXITCODE_FAILED);
}

static void service_on_hangup(int number)
{
    (void)number;
    service_level_signals = 1;
}

static void service_catch_signals(void)
{
    struct sigaction level = {.sa_handler = service_on_hangup, .sa_flags = SA_RESTART};
    sigaction(SIGHUP, &level, NULL);
    struct sigaction action = {.sa_handler = service_on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = service_on_alarm}, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* ---- rebalances ---- */

static bool service_is_stopping(void)
{
    return service_stop_signals > 0;
}

static void loop_let_go(Loop *loop)
{
    loop->try_count = 0;
    loop->paused = false;
    loop->reclaim_at_ms = 0;
    atomic_store(&loop->assigned, false);
    atomic_store(&loop->not_claimed, 0);
}

/* Stays away for a moment, so that the rightful owner is served first; then joins again. */
static void loop_leave_group(Loop *loop)
{
    holding_drop(&loop->holding);
    consumer_leave(loop->consumer);
    loop_let_go(loop);
    loop->join_at_ms = clock_mono_ms() + REJOIN_WAIT_MS;
}

static void loop_fenced(Loop *loop, const char *why)
{
    LOG_WARN("partitions.fenced", "msg=%s", why);
    metric_add(&metric_fenced, 1, NULL, NULL);
    loop_leave_group(loop);
}

/* What it was about to try is for those who take the partitions. */
static void loop_stand_aside(Loop *loop, const char *why)
{
    LOG_WARN("partitions.left", "reason=%s msg=%s", why, "others are to read them for now");
    holding_release(&loop->holding);
    loop_leave_group(loop);
    atomic_store(&loop->troubled, false);
}

static void loop_look_fit(Loop *loop)
{
    if (loop->service->unfit == NULL) {
        return;
    }
    const char *why = loop->service->unfit(loop->state);
    if (why != NULL && loop->join_at_ms == 0) {
        loop_stand_aside(loop, why);
    }
    atomic_store(&loop->unfit, why);
    metric_set(&metric_stands_aside, why != NULL, NULL, NULL);
}

static Status loop_on_assign(Loop *loop, const BusEvent *event, Error *err)
{
    LeftOut left_out = {0};
    loop_let_go(loop);
    Status status = holding_take(&loop->holding, event->partitions, event->partition_count,
                                 service_is_stopping, &left_out, err);
    if (status == STATUS_OK) {
        LOG_INFO("partitions.assigned", "count=%d not_claimed=%d no_room=%d",
                 event->partition_count, left_out.not_claimed, left_out.no_room);
        if (left_out.no_room > 0) {
            LOG_ERROR("partitions.no_room", "count=%d msg=%s", left_out.no_room,
                      "nobody reads them until more workers share them: start some");
        }
        loop->reclaim_at_ms = left_out.not_claimed > 0 ? clock_mono_ms() + RECLAIM_MS : 0;
        atomic_store(&loop->not_claimed, left_out.not_claimed);
        atomic_store(&loop->assigned, true);
    }
    return status;
}

/* When no broker is in reach for as long as a session lasts, the client takes all partitions away.
 * Jobs go on meanwhile, and no restart would help: the worker stays as ready as it was. */
static void loop_on_revoke(Loop *loop)
{
    bool ready = atomic_load(&loop->assigned) && !consumer_sees_broker(loop->consumer);
    holding_release(&loop->holding);
    consumer_unassign(loop->consumer);
    loop_let_go(loop);
    atomic_store(&loop->assigned, ready);
}

/* ---- records ---- */

static Status loop_on_record(Loop *loop, BusRecord *record, Error *err)
{
    Held *held = intake_find(&loop->intake, record->topic, record->partition);
    if (held == NULL || held->position.halted) {
        bus_record_free(record);
        return STATUS_OK;
    }
    if (held->position.verified && record->offset < held->next_seen) {
        metric_add(&metric_redelivered_dropped, 1, NULL, NULL);
        bus_record_free(record);
        return STATUS_OK;
    }
    switch (position_meet(&held->position, record->offset, message_fingerprint(record))) {
    case POSITION_TAKE:
        intake_add(&loop->intake, held, message_new(record, held->position.generation));
        return STATUS_OK;
    case POSITION_DROP:
        metric_add(&metric_redelivered_dropped, 1, NULL, NULL);
        bus_record_free(record);
        return STATUS_OK;
    case POSITION_MISMATCH:
        break;
    }
    bus_record_free(record);
    return holding_halt(&loop->holding, held,
                        "the topic holds other records than those that were read: made anew?", err);
}

static Status loop_on_event(Loop *loop, BusEvent *event, Error *err)
{
    switch (event->kind) {
    case BUS_RECORD:
        return loop_on_record(loop, event->record, err);
    case BUS_ASSIGN:
        return loop_on_assign(loop, event, err);
    case BUS_REVOKE:
        loop_on_revoke(loop);
        return STATUS_OK;
    case BUS_POSITION: /* retention passed by, or the topic was cut: claiming anew finds out which
                        */
        LOG_WARN("position.not_there", "topic=%s partition=%d", event->partition.topic,
                 event->partition.partition);
        loop_leave_group(loop);
        return STATUS_OK;
    case BUS_TROUBLE:
        LOG_DEBUG("kafka.trouble", "msg=%s", event->err.text);
        return STATUS_OK;
    case BUS_ENDED:
    case BUS_NOTHING:
        break;
    }
    return STATUS_OK;
}

/* ---- batches ---- */

static const Handler loop_job_cancel = {"job.cancel", NULL, 1, true, NULL, job_cancel_apply};

/* What the tests of careful mode send: a message that no process survives. */
static Status loop_abort(Work *work, Error *err)
{
    (void)work;
    (void)err;
    abort();
}
static const Handler loop_debug_abort = {"debug.abort", NULL, 1, false, loop_abort, loop_abort};

/* Types that one function applies go into one batch: the first row stands for all. */
static const Handler *loop_handler_first(const Handler *handlers, const Handler *handler)
{
    while (handlers->apply != handler->apply) {
        handlers++;
    }
    return handlers;
}

static const Handler *loop_handler_of(void *context, const Message *message)
{
    const Loop *loop = context;
    if (message->unreadable) {
        return NULL;
    }
    if (strcmp(message->type, loop_job_cancel.type) == 0) {
        return &loop_job_cancel;
    }
    if (loop->cfg->debug_messages && strcmp(message->type, loop_debug_abort.type) == 0) {
        return &loop_debug_abort;
    }
    for (const Handler *handler = loop->service->handlers; handler->type != NULL; handler++) {
        if (strcmp(handler->type, message->type) == 0 &&
            (handler->topic == NULL || strcmp(handler->topic, message->record->topic) == 0)) {
            return loop_handler_first(loop->service->handlers, handler);
        }
    }
    return NULL;
}

static void loop_batch_done(Loop *loop, int count)
{
    intake_pop(&loop->intake, &loop->batch, count);
    relay_kick(loop->relay);
    if (loop->runner != NULL && loop->batch.handler != NULL && loop->batch.handler->recorded) {
        job_runner_kick(loop->runner);
    }
    loop->try_count = 0;
    loop->backoff_ms = 0;
    atomic_store(&loop->troubled, false);
}

static void loop_back_off(Loop *loop, const Error *err)
{
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    loop->backoff_ms = loop->backoff_ms == 0 ? BACKOFF_FIRST_MS : loop->backoff_ms * 2;
    if (loop->backoff_ms > BACKOFF_MOST_MS) {
        loop->backoff_ms = BACKOFF_MOST_MS;
    }
    loop->retry_at_ms =
        clock_mono_ms() + loop->backoff_ms / 2 + rand() % (loop->backoff_ms / 2 + 1);
    metric_add(&metric_retries, 1, err->code, NULL);
    atomic_store(&loop->troubled, true);
    log_rate_limited(&rate, LOG_LEVEL_WARN, "batch.retry", "code=%s msg=%s", err->code, err->text);
}

static void loop_set_context(const Loop *loop)
{
    const Message *message = loop->batch.messages[0];
    LogContext context = {.command = message->id,
                          .topic = message->record->topic,
                          .partition = message->record->partition,
                          .offset = message->record->offset,
                          .trace = message->trace};
    log_context_set(&context);
}

/* The message that was marked before each of its tries killed the process each time. */
static Status loop_try_careful(Loop *loop, Error *err)
{
    Held *held = loop->batch.from[0];
    Status status = position_mark(loop->db, loop->service->name, loop->worker_id, &held->position,
                                  loop->batch.messages[0]->record->offset, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (held->position.marked_times > CRASH_TRIES && !BROKEN(CRASH_MARKS)) {
        Error cause;
        held->position.marked_times--; /* this process does not try it */
        error_set(&cause, STATUS_BAD_INPUT, "crash",
                  "the process died each time that it handled this message");
        return apply_bury(&loop->apply, &loop->batch, &cause, err);
    }
    status = apply_batch(&loop->apply, &loop->batch, 1, err);
    Error unmarked;
    if (status == STATUS_RETRY && strcmp(err->code, "fenced") != 0 &&
        position_unmark(loop->db, loop->service->name, loop->worker_id, &held->position,
                        &unmarked) != STATUS_OK) {
        LOG_DEBUG("position.not_unmarked", "code=%s", unmarked.code);
    }
    return status;
}

static Status loop_try(Loop *loop, int count, Error *err)
{
    if (loop->batch.careful) {
        return loop_try_careful(loop, err);
    }
    return apply_batch(&loop->apply, &loop->batch, count, err);
}

static Status loop_work(Loop *loop, Error *err)
{
    int most = loop->try_count > 0 ? loop->try_count : loop->cfg->batch_messages;
    BatchLimit limit = {most, loop->cfg->batch_bytes, .alone = loop->try_count > 0};
    if (!intake_pick(&loop->intake, loop_handler_of, loop, limit, &loop->batch)) {
        return STATUS_OK;
    }
    loop_set_context(loop);
    int count = loop->batch.count;
    Status status = loop_try(loop, count, err);
    if (status == STATUS_BAD_INPUT && count == 1) {
        Error cause = *err;
        status = apply_bury(&loop->apply, &loop->batch, &cause, err);
    }
    if (status == STATUS_OK) {
        loop_batch_done(loop, count);
    } else if (status == STATUS_BAD_INPUT) {
        loop->try_count = count / 2;
        intake_again(&loop->intake, &loop->batch);
        status = STATUS_OK;
    } else if (status == STATUS_RETRY && strcmp(err->code, "fenced") == 0) {
        loop_fenced(loop, err->text);
        status = STATUS_OK;
    } else if (status == STATUS_RETRY) {
        loop_back_off(loop, err);
        status = STATUS_OK;
    }
    log_context_clear();
    return status;
}

/* ---- the loop ---- */

/* Fetching pauses while the queues are full; polling goes on, so that the group sees us alive. */
static void loop_regulate(Loop *loop)
{
    BatchLimit most = {loop->cfg->batch_messages * 4, (int64_t)loop->cfg->batch_bytes * 2, false};
    bool pause = intake_is_full(&loop->intake, most, loop->paused);
    if (pause == loop->paused) {
        return;
    }
    (pause ? holding_pause : holding_resume)(&loop->holding);
    loop->paused = pause;
}

/* Once a second; on a virtual clock whenever that has moved. */
static bool loop_tick_is_due(Loop *loop, int64_t now_ms)
{
    bool moved = clock_is_virtual() && clock_now_us() > loop->ticked_us;
    if (now_ms < loop->tick_at_ms && !moved) {
        return false;
    }
    loop->tick_at_ms = now_ms + TICK_MS;
    loop->ticked_us = clock_now_us();
    return true;
}

static Status loop_tick(Loop *loop, Error *err)
{
    int64_t now_ms = clock_mono_ms();
    if (!loop_tick_is_due(loop, now_ms)) {
        return STATUS_OK;
    }
    if (service_level_signals) {
        service_level_signals = 0;
        log_set_level(log_level() == LOG_LEVEL_DEBUG ? loop->cfg->log_level : LOG_LEVEL_DEBUG);
    }
    metric_set(&metric_intake_messages, loop->intake.queued, NULL, NULL);
    lag_tell(&loop->holding, loop->service->topics, loop->service->topic_count);
    holding_mirror(&loop->holding);
    holding_ask_rights(&loop->holding);
    if (holding_is_overtaken(&loop->holding)) {
        loop_fenced(loop, "a partition was reset, or another process owns it");
    }
    bool fit = atomic_load(&loop->unfit) == NULL; /* ages are told by this host's clock */
    if (fit && now_ms >= loop->housekeeping_at_ms) {
        loop->housekeeping_at_ms = now_ms + HOUSEKEEPING_EVERY_MS;
        housekeeping_run(loop->cfg, loop->db, clock_now_us());
    }
    if (fit && now_ms >= loop->forget_at_ms) {
        loop->forget_at_ms = now_ms + housekeeping_forget(loop->db, clock_now_us());
    }
    if (loop->service->tick == NULL) {
        return STATUS_OK;
    }
    Status status =
        loop->service->tick(loop->state, loop->db, &loop->apply.outbox, clock_now_us(), err);
    if (status == STATUS_OK) {
        relay_kick(loop->relay);
    }
    return status == STATUS_FATAL ? status : STATUS_OK;
}

static Status loop_join(Loop *loop, Error *err)
{
    loop_look_fit(loop);
    if (loop->reclaim_at_ms != 0 && clock_mono_ms() >= loop->reclaim_at_ms) {
        loop_leave_group(loop); /* to be given the partitions that could not be claimed again */
    }
    if (loop->join_at_ms == 0 || clock_mono_ms() < loop->join_at_ms ||
        atomic_load(&loop->unfit) != NULL) {
        return STATUS_OK;
    }
    loop->join_at_ms = 0;
    return consumer_join(loop->consumer, err);
}

static Status loop_round(Loop *loop, Error *err)
{
    /* Backed up, the queues fill and then fetching pauses; polling goes on. */
    bool may_work = loop->intake.queued > 0 && clock_mono_ms() >= loop->retry_at_ms &&
                    !relay_is_backed_up(loop->relay);
    int wait_ms = clock_is_virtual() ? VIRTUAL_WAIT_MS : LOOP_WAIT_MS;
    BusEvent event = {.kind = BUS_NOTHING};
    Status status = loop_join(loop, err);
    if (status == STATUS_OK) {
        status = consumer_poll(loop->consumer, may_work ? 0 : wait_ms, &event, err);
    }
    if (status == STATUS_OK) {
        status = loop_on_event(loop, &event, err);
        if (status ==
            STATUS_RETRY) { /* positions could not be read or written: not ours to read then */
            LOG_WARN("partitions.not_claimed", "code=%s msg=%s", err->code, err->text);
            loop_leave_group(loop);
            status = STATUS_OK;
        }
    }
    bool enough = event.kind == BUS_NOTHING || loop->intake.queued >= loop->cfg->batch_messages ||
                  loop->intake.queued_bytes >= loop->cfg->batch_bytes;
    if (status == STATUS_OK && may_work && enough) {
        status = loop_work(loop, err);
    }
    if (status == STATUS_OK) {
        loop_regulate(loop);
        status = loop_tick(loop, err);
    }
    int64_t now_ms = clock_mono_ms();
    atomic_store(&loop->progress_ms, now_ms);
    supervisor_alive(&loop->supervisor, now_ms);
    return status;
}

/* ---- health ---- */

static int64_t loop_progress_ms(void *context)
{
    return atomic_load(&((Loop *)context)->progress_ms);
}

static bool loop_ready(void *context, StrBuf *reasons)
{
    Loop *loop = context;
    bool ready = true;
    if (!atomic_load(&loop->assigned)) {
        strbuf_adds(reasons, "no partitions assigned\n");
        ready = false;
    }
    int not_claimed = atomic_load(&loop->not_claimed);
    if (not_claimed > 0) {
        strbuf_addf(reasons,
                    "%d partitions could not be claimed in PostgreSQL, and are not read: see "
                    "position.not_claimed in the log\n",
                    not_claimed);
        ready = false;
    }
    const char *unfit = atomic_load(&loop->unfit);
    if (unfit != NULL) {
        strbuf_addf(reasons, "partitions are left to others: %s\n", unfit);
        ready = false;
    }
    if (atomic_load(&loop->troubled)) {
        strbuf_adds(reasons, "the last batch failed and is tried again\n");
        ready = false;
    }
    if (bus_rights_missed(reasons)) {
        ready = false;
    }
    if (ready && relay_is_cut_off(loop->relay)) { /* what is assigned has a relay */
        strbuf_adds(reasons, "PostgreSQL is out of reach\n");
        ready = false;
    }
    if (loop->service->ready != NULL && !loop->service->ready(loop->state, reasons)) {
        ready = false;
    }
    return ready;
}

/* ---- start and stop ---- */

static Status loop_start_http(Loop *loop, Error *err)
{
    if (loop->cfg->http_port == 0) {
        return STATUS_OK;
    }
    HttpHooks hooks = {.progress_ms = loop_progress_ms,
                       .ready = loop_ready,
                       .context = loop,
                       .stuck_after_ms = STUCK_AFTER_MS};
    return http_start(loop->cfg->http_address, loop->cfg->http_port, &hooks, &loop->http, err);
}

static Status loop_check_record(Loop *loop, Error *err)
{
    Status status = migrate_check(loop->db, err);
    return status == STATUS_OK && loop->service->digests_numbers
               ? number_key_check(loop->db, loop->cfg, err)
               : status;
}

/* The schema must be ours before anything is read; while the database is away we wait for it. */
static Status loop_await_record(Loop *loop, Error *err)
{
    for (;;) {
        Status status = loop_check_record(loop, err);
        if (status != STATUS_RETRY || service_stop_signals > 0) {
            return status;
        }
        LOG_WARN("database.away", "code=%s msg=%s", err->code, err->text);
        supervisor_waiting("waiting for PostgreSQL", START_GRANT_S);
        clock_nap(DATABASE_NAP_MS);
    }
}

static void loop_show_metrics(const Service *service)
{
    metric_table_register(service->name);
    metric_set(&metric_build_info, 1, service->name, LEADSPOOL_VERSION);
    apply_show(service->topics, service->topic_count);
}

static Status loop_start(Loop *loop, Error *err)
{
    const Service *service = loop->service;
    const Config *cfg = loop->cfg;
    loop_show_metrics(service);
    loop->db = db_new(cfg->database_url, cfg->ns, "leadspool loop");
    atomic_store(&loop->progress_ms, clock_mono_ms());
    Status status = loop_await_record(loop, err);
    if (status == STATUS_OK && service->open != NULL) {
        status = service->open(cfg, &loop->state, err);
    }
    if (status == STATUS_OK) {
        apply_init(&loop->apply, loop->db, cfg->ns, service->name, service->name, loop->state);
        status = loop_start_http(loop, err);
    }
    if (status == STATUS_OK) {
        status = relay_start(cfg, loop->worker_id, service->name, &loop->relay, err);
    }
    if (status == STATUS_OK && service->job_kinds != NULL) {
        status = job_runner_start(cfg, service->job_kinds, loop->state, loop->worker_id,
                                  loop->relay, &loop->runner, err);
    }
    if (status == STATUS_OK && service->begin != NULL) {
        loop->parts = (ServiceParts){cfg, loop->worker_id, loop->relay, loop->state};
        status = service->begin(&loop->parts, err);
        loop->begun = status == STATUS_OK;
    }
    if (status == STATUS_OK) {
        status = consumer_open(cfg, service->name, service->topics, service->topic_count,
                               &loop->consumer, err);
    }
    if (status == STATUS_OK) {
        loop->holding = (Holding){.db = loop->db,
                                  .consumer = loop->consumer,
                                  .group = service->name,
                                  .worker_id = loop->worker_id,
                                  .careful_messages = cfg->batch_messages,
                                  .intake = &loop->intake};
        loop->join_at_ms = clock_mono_ms(); /* that is: now, when it is fit */
    }
    return status;
}

/* Reading stops first, then jobs, then publishing. What hangs is left to the end of the process,
 * and with it what it may use. */
static void loop_stop(Loop *loop)
{
    supervisor_stopping();
    if (loop->runner != NULL) {
        job_runner_ask_to_stop(loop->runner);
    }
    if (loop->consumer != NULL) {
        holding_release(&loop->holding);
        consumer_close(loop->consumer);
    }
    if (loop->begun) {
        loop->service->end(loop->state);
    }
    bool ended = job_runner_stop(loop->runner, STOP_JOBS_MS);
    http_stop(loop->http); /* it asks the relay */
    ended = relay_stop(loop->relay) && ended;
    if (!ended) {
        return;
    }
    relay_free(loop->relay);
    apply_done(&loop->apply);
    batch_done(&loop->batch);
    if (loop->service->close != NULL && loop->state != NULL) {
        loop->service->close(loop->state);
    }
    db_close(loop->db);
}

static Status service_check_contract(const Service *service, Error *err)
{
    AUTO_FREE char *breach =
        contract_breach(service->name, service->topics, service->topic_count, service->handlers);
    return breach == NULL ? STATUS_OK
                          : error_set(err, STATUS_FATAL, "contract_broken",
                                      "the table of messages and the handlers differ: %s", breach);
}

static int service_run(const Service *service, const Config *cfg)
{
    Loop *loop = mem_alloc(sizeof *loop);
    loop->service = service;
    loop->cfg = cfg;
    ids_uuid4(loop->worker_id);
    supervisor_init(&loop->supervisor);
    LOG_INFO("service.starting", "version=%s worker=%s", LEADSPOOL_VERSION, loop->worker_id);
    for (size_t i = 0; i < cfg->ignored_count; i++) {
        LOG_INFO("config.ignored", "name=%s msg=%s", cfg->ignored[i], "looks like a service link");
    }
    Error err = {0};
    Status status = service_check_contract(service, &err);
    if (status == STATUS_OK) {
        status = loop_start(loop, &err);
    }
    if (status == STATUS_OK) {
        LOG_INFO("service.started");
        supervisor_ready();
    }
    while (status == STATUS_OK && service_stop_signals == 0) {
        status = loop_round(loop, &err);
    }
    if (status != STATUS_OK) {
        LOG_ERROR("service.failed", "code=%s msg=%s", err.code, err.text);
    }
    loop_stop(loop);
    LOG_INFO("service.stopped");
    /* Nothing is left to lose, and librdkafka may hang in exit handlers. */
    fflush(NULL);
    _exit(status == STATUS_OK ? EXITCODE_DONE : EXITCODE_FAILED);
}

/* ---- arguments ---- */

static int service_help(const Service *service)
{
    printf("leadspool-%s %s: %s\n\n"
           "usage: leadspool-%s [--help | --version | --check-config]\n\n"
           "  --check-config  print the settings in force, and exit\n\n"
           "Settings come from the environment:\n\n",
           service->name, LEADSPOOL_VERSION, service->summary, service->name);
    config_help(stdout);
    return 0;
}

static void service_harden(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none); /* cores hold leads */
    prctl(PR_SET_DUMPABLE, 0);
}

/* False when something is wrong, which is told. */
static bool service_configure(Config *cfg)
{
    Error err;
    AUTO_STRBUF problems = STRBUF_INIT;
    if (config_load(environ, cfg, &problems, &err) != STATUS_OK) {
        fprintf(stderr, "%s", problems.data);
        return false;
    }
    if (law_packs_load(cfg->law_packs, &err) != STATUS_OK) {
        fprintf(stderr, "LEADSPOOL_LAW_PACKS: %s\n", err.text);
        return false;
    }
    if (cfg->clock_file[0] != '\0' && clock_use_file(cfg->clock_file, &err) != STATUS_OK) {
        fprintf(stderr, "LEADSPOOL_CLOCK_FILE: %s\n", err.text);
        return false;
    }
    return true;
}

int service_main(const Service *service, int argc, char **argv)
{
    bool check_only = argc == 2 && strcmp(argv[1], "--check-config") == 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        return service_help(service);
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("leadspool-%s %s\n", service->name, LEADSPOOL_VERSION);
        return EXITCODE_DONE;
    }
    if (argc > 1 && !check_only) {
        fprintf(stderr, "leadspool-%s: unknown argument %s; see --help\n", service->name, argv[1]);
        return EXITCODE_USAGE;
    }
    Config cfg;
    if (!service_configure(&cfg)) {
        return EXITCODE_USAGE;
    }
    if (check_only) {
        config_print(stdout, &cfg);
        return EXITCODE_DONE;
    }
    log_setup(service->name, cfg.ns, cfg.log_level);
    service_harden();
    service_catch_signals();
    return service_run(service, &cfg);
}
