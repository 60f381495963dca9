/* Runs what happens to an offer in a given order, statement by statement, against a real database:
 * up to three workers, each a thread with a connection of its own, each with messages to handle one
 * after the other. A worker stands still before each of its statements until the schedule says that
 * it is its turn; so one worker's transaction comes between two of another's, or before its locks,
 * where what was read is stale. One that waits for another's lock loses its turn.
 * Used by tests/integration/test_offer_model.py.
 *
 *     offer_model RESET.sql CHECK.sql CAMPAIGN_NO... < SCHEDULES
 *
 * A schedule is a line: the messages of each worker by comma, workers by blank, then the turns:
 * "started,ended made:0 expired 0102" - worker 0 has its turn, then 1, then 0, then 2; then each of
 * them to its end. Messages:
 *
 *     made:N      a top-up of the N-th campaign
 *     started:C ended:C released   of the offer that RESET.sql leaves open, by call C
 *     answered:C  as ended, of the newest offer instead
 *     revoked     its list is paused, the offer is revoked, the list goes on
 *     expired     all reservations are over, and everything is read
 *
 * RESET.sql makes the record what it is before each; CHECK.sql says in rows of text what is wrong.
 * Answers a line each: "ok N A" with the turns there were and the calls in the ledger, or what is
 * wrong. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/mem.h"
#include "recycler/expiry.h"
#include "recycler/hopper_campaign.h"
#include "recycler/outcome.h"
#include "recycler/recycler_state.h"
#include "recycler/stray.h"
#include "runtime/lead_dial.h"

enum { BLOCKED_MS = 30, WORKERS = 3, TASKS = 8, CAMPAIGNS = 4, TRIES = 20, WORD = 32 };
#define BEGIN_US INT64_C(1795629600000000) /* 2026-11-25T18:00:00Z, as RESET.sql has it */
#define STEP_US  (INT64_C(24) * 3600 * 1000000)

typedef struct Worker {
    int number;
    Db *db;
    Outbox outbox;
    RecyclerState state;
    char tasks[TASKS][WORD];
    int count;
    pthread_t thread;
    enum { STANDS, RUNS, OVER } turn;
} Worker;

static Config cfg;
static int32_t campaigns[CAMPAIGNS];
static int campaign_count;
static Worker workers[WORKERS];
static Db *own; /* the main thread's */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static _Thread_local Worker *self;

static int64_t now_us;
static int64_t lead_id;
static int64_t offer_id;
static int64_t offset;
static char trouble[1024];

/* ---- turns ---- */

/* Until it is this worker's turn. */
static void stand_still(Worker *worker)
{
    pthread_mutex_lock(&lock);
    worker->turn = STANDS;
    pthread_cond_broadcast(&moved);
    while (worker->turn == STANDS) {
        pthread_cond_wait(&moved, &lock);
    }
    pthread_mutex_unlock(&lock);
}

/* The linker puts these before the library's own (CMakeLists.txt). */
#define STAND_STILL_BEFORE(name, parameters, ...)                                                  \
    Status __real_##name parameters;                                                               \
    Status __wrap_##name parameters;                                                               \
    Status __wrap_##name parameters                                                                \
    {                                                                                              \
        if (self != NULL) {                                                                        \
            stand_still(self);                                                                     \
        }                                                                                          \
        return __real_##name(__VA_ARGS__);                                                         \
    }

STAND_STILL_BEFORE(db_begin, (Db * db, Error *err), db, err)
STAND_STILL_BEFORE(db_commit, (Db * db, Error *err), db, err)
STAND_STILL_BEFORE(db_query,
                   (Db * db, const char *sql, const DbParams *params, DbResult **ret, Error *err),
                   db,
                   sql,
                   params,
                   ret,
                   err)
STAND_STILL_BEFORE(db_query_binary,
                   (Db * db, const char *sql, const DbParams *params, DbResult **ret, Error *err),
                   db,
                   sql,
                   params,
                   ret,
                   err)
STAND_STILL_BEFORE(db_exec,
                   (Db * db, const char *sql, const DbParams *params, int64_t expected, Error *err),
                   db,
                   sql,
                   params,
                   expected,
                   err)

static void note(const char *what, const Error *err)
{
    if (trouble[0] == '\0') {
        snprintf(trouble, sizeof trouble, "%s: %s: %s", what, err->code, err->text);
    }
}

/* ---- what dialers say ---- */

static json_t *outcome_data(const char *call_id, const char *type)
{
    char lead[24];
    char offer[24];
    snprintf(lead, sizeof lead, "%" PRId64, lead_id);
    snprintf(offer, sizeof offer, "%" PRId64, offer_id);
    json_t *data = json_pack("{s:s, s:s}", "lead_id", lead, "offer_id", offer);
    if (strcmp(type, "offer.released") != 0) {
        json_object_set_new(data, "call_id", json_string(call_id));
        json_object_set_new(data, "started_at", json_string("2026-11-25T18:00:01Z"));
    }
    if (strcmp(type, "call.ended") == 0) {
        json_object_set_new(data, "disposition", json_string("NA"));
        json_object_set_new(data, "duration_s", json_integer(1));
    }
    return data;
}

static Status handle(Worker *worker, Message *message, Error *err)
{
    Work work = {.service = &worker->state,
                 .db = worker->db,
                 .outbox = &worker->outbox,
                 .messages = &message,
                 .count = 1,
                 .now_us = now_us};
    Status status = outcome_prepare(&work, err);
    AUTO_TX Db *tx = worker->db;
    if (status == STATUS_OK) {
        status = db_begin(tx, err);
    }
    if (status == STATUS_OK) {
        outbox_reset(&worker->outbox, db_epoch(tx), now_us);
        status = outcome_apply(&work, err);
    }
    if (status == STATUS_OK) {
        status = outbox_store(&worker->outbox, tx, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static Status tell(Worker *worker, const char *type, const char *call_id, Error *err)
{
    BusRecord record = {.topic = "dialer.outcomes", .offset = offset++};
    Message message = {
        .record = &record, .source = "dialer/model", .data = outcome_data(call_id, type)};
    snprintf(message.type, sizeof message.type, "%s", type);
    snprintf(message.id, sizeof message.id, "%" PRId64, record.offset);
    Status status = handle(worker, &message, err);
    json_decref(message.data);
    return status;
}

static Status newest_offer(Worker *worker, Error *err)
{
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = worker->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, "SELECT lead_id, offer_id FROM offer ORDER BY offer_id DESC LIMIT 1",
                          NULL, &result, err);
    }
    if (status == STATUS_OK && db_rows(result) == 1) {
        lead_id = db_i64(result, 0, 0);
        offer_id = db_i64(result, 0, 1);
    }
    return status;
}

static Status task_started(Worker *worker, const char *about, Error *err)
{
    return tell(worker, "call.started", about, err);
}

static Status task_ended(Worker *worker, const char *about, Error *err)
{
    return tell(worker, "call.ended", about, err);
}

static Status task_released(Worker *worker, const char *about, Error *err)
{
    return tell(worker, "offer.released", about, err);
}

static Status task_answered(Worker *worker, const char *about, Error *err)
{
    int64_t lead = lead_id;
    int64_t offer = offer_id;
    Status status = newest_offer(worker, err);
    int64_t newest_lead = lead_id;
    int64_t newest = offer_id;
    lead_id = lead;
    offer_id = offer;
    if (status != STATUS_OK) {
        return status;
    }
    char newest_text[24];
    char lead_text[24];
    snprintf(newest_text, sizeof newest_text, "%" PRId64, newest);
    snprintf(lead_text, sizeof lead_text, "%" PRId64, newest_lead);
    BusRecord record = {.topic = "dialer.outcomes", .offset = offset++};
    Message message = {.record = &record,
                       .type = "call.ended",
                       .source = "dialer/model",
                       .data = outcome_data(about, "call.ended")};
    json_object_set_new(message.data, "lead_id", json_string(lead_text));
    json_object_set_new(message.data, "offer_id", json_string(newest_text));
    status = handle(worker, &message, err);
    json_decref(message.data);
    return status;
}

/* ---- what recyclers do ---- */

static Status look(Worker *worker, HopperCampaign *campaign, Error *err)
{
    AUTO_TX Db *tx = worker->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = lead_begin(tx, err);
    }
    if (status == STATUS_OK) {
        status = gates_refresh(worker->state.gates, tx, err);
    }
    if (status == STATUS_OK) {
        status = campaign_store_get(worker->state.campaigns, tx, campaign->campaign_no, 0,
                                    &campaign->rules, err);
    }
    return status == STATUS_OK ? hopper_campaign_look(campaign, tx, worker->state.gates, err)
                               : status;
}

static Status task_made(Worker *worker, const char *about, Error *err)
{
    HopperCampaign campaign = {.campaign_no = campaigns[atoi(about)], .active = true};
    Topup template = {.cfg = &cfg,
                      .db = worker->db,
                      .outbox = &worker->outbox,
                      .gates = worker->state.gates,
                      .now_us = now_us};
    HopperFilled filled = {0};
    Status status = look(worker, &campaign, err);
    if (status == STATUS_OK) {
        status = hopper_campaign_fill(&campaign, &template, 1, &filled, err);
    }
    hopper_campaign_done(&campaign);
    return status;
}

static Status set_life(Worker *worker, const char *sql, Error *err)
{
    AUTO_TX Db *tx = worker->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_exec(tx, sql, NULL, -1, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static Status task_revoked(Worker *worker, const char *about, Error *err)
{
    (void)about;
    bool more = false;
    DbArray numbers = {0};
    db_array_begin(&numbers, DB_ARRAY_INT4);
    for (int i = 0; i < campaign_count; i++) {
        db_array_i64(&numbers, campaigns[i]);
    }
    Stray stray = {
        .db = worker->db, .outbox = &worker->outbox, .campaign_nos = &numbers, .now_us = now_us};
    Status status =
        set_life(worker, "UPDATE list_stats SET life = 'paused' WHERE list_no = 1", err);
    if (status == STATUS_OK) {
        status = stray_run(&stray, &more, err);
    }
    if (status == STATUS_OK) {
        status = set_life(worker, "UPDATE list_stats SET life = 'active' WHERE list_no = 1", err);
    }
    db_array_done(&numbers);
    return status;
}

static Status task_expired(Worker *worker, const char *about, Error *err)
{
    (void)about;
    bool more = false;
    now_us += STEP_US;
    clock_freeze(now_us);
    Expiry expiry = {
        .db = worker->db, .outbox = &worker->outbox, .complete_until_us = now_us, .now_us = now_us};
    return expiry_run(&expiry, &more, err);
}

static const struct Task {
    const char *name;
    Status (*run)(Worker *worker, const char *about, Error *err);
} kinds[] = {
    {"made", task_made},         {"started", task_started},   {"ended", task_ended},
    {"released", task_released}, {"answered", task_answered}, {"revoked", task_revoked},
    {"expired", task_expired},
};

/* As the loop and the hopper do: what has to be tried again is. */
static void run_task(Worker *worker, const char *task)
{
    size_t len = strcspn(task, ":");
    const char *about = task[len] == ':' ? task + len + 1 : "";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strlen(kinds[i].name) != len || strncmp(kinds[i].name, task, len) != 0) {
            continue;
        }
        Error err;
        Status status = STATUS_RETRY;
        for (int tries = 0; status == STATUS_RETRY && tries < TRIES; tries++) {
            status = kinds[i].run(worker, about, &err);
            if (status == STATUS_RETRY && strcmp(err.code, "offer_race") == 0) {
                break; /* two offers, and only the index was in the way */
            }
        }
        if (status != STATUS_OK) {
            note(task, &err);
        }
        return;
    }
    snprintf(trouble, sizeof trouble, "%s: no such message", task);
}

static void *worker_main(void *opaque)
{
    Worker *worker = opaque;
    self = worker;
    stand_still(worker);
    for (int i = 0; i < worker->count; i++) {
        run_task(worker, worker->tasks[i]);
    }
    pthread_mutex_lock(&lock);
    worker->turn = OVER;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* ---- a schedule ---- */

static Status begin_record(const char *reset, Error *err)
{
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = own;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_script(tx, reset, err);
    }
    if (status == STATUS_OK) {
        status =
            db_query(tx, "SELECT lead_id, offer_id FROM offer WHERE state = 1", NULL, &result, err);
    }
    lead_id = offer_id = 0;
    if (status == STATUS_OK && db_rows(result) == 1) {
        lead_id = db_i64(result, 0, 0);
        offer_id = db_i64(result, 0, 1);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static int64_t count_attempts(void)
{
    Error err;
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = own;
    Status status = db_begin(tx, &err);
    if (status == STATUS_OK) {
        status = db_query(tx, "SELECT count(*) FROM attempt", NULL, &result, &err);
    }
    return status == STATUS_OK ? db_i64(result, 0, 0) : -1;
}

static void check_record(const char *check)
{
    Error err;
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = own;
    Status status = db_begin(tx, &err);
    if (status == STATUS_OK) {
        status = db_query(tx, check, NULL, &result, &err);
    }
    if (status != STATUS_OK) {
        note("check", &err);
    } else if (db_rows(result) > 0 && trouble[0] == '\0') {
        snprintf(trouble, sizeof trouble, "%s", db_text(result, 0, 0));
    }
}

static void read_tasks(Worker *worker, char *text)
{
    char *at = NULL;
    worker->count = 0;
    worker->turn = RUNS;
    for (char *task = strtok_r(text, ",", &at); task != NULL && worker->count < TASKS;
         task = strtok_r(NULL, ",", &at)) {
        snprintf(worker->tasks[worker->count++], WORD, "%s", task);
    }
}

static void wait_still(const Worker *worker)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_nsec += BLOCKED_MS * 1000000;
    deadline.tv_sec += deadline.tv_nsec / 1000000000;
    deadline.tv_nsec %= 1000000000;
    int waited = 0;
    while (worker->turn == RUNS && waited == 0) {
        waited = pthread_cond_timedwait(&moved, &lock, &deadline);
    }
}

/* One worker's turn, up to its next statement; false when it is over. One that does not come back
 * waits for a lock of another, and goes on by itself when it has it. */
static bool step(Worker *worker)
{
    pthread_mutex_lock(&lock);
    bool goes_on = worker->turn != OVER;
    if (worker->turn == STANDS) {
        worker->turn = RUNS;
        pthread_cond_broadcast(&moved);
    }
    wait_still(worker);
    pthread_mutex_unlock(&lock);
    return goes_on;
}

static int run_turns(const char *turns, int count, const char *check)
{
    int steps = 0;
    for (const char *at = turns; *at != '\0'; at++) {
        if (*at >= '0' && *at < '0' + count && step(&workers[*at - '0'])) {
            steps++;
        }
    }
    for (bool any = true; any;) {
        any = false;
        for (int i = 0; i < count; i++) {
            while (step(&workers[i])) {
                steps++;
                any = true;
                if (workers[i].turn == RUNS) {
                    break; /* who has the lock is behind it */
                }
            }
        }
    }
    check_record(check);
    return steps;
}

static void run_schedule(char *line, const char *reset, const char *check)
{
    Error err;
    char *at = NULL;
    char *words[WORKERS + 1];
    int count = 0;
    for (char *word = strtok_r(line, " \n", &at); word != NULL && count <= WORKERS;
         word = strtok_r(NULL, " \n", &at)) {
        words[count++] = word;
    }
    trouble[0] = '\0';
    now_us = BEGIN_US;
    clock_freeze(now_us);
    offset = 0;
    if (begin_record(reset, &err) != STATUS_OK) {
        note("reset", &err);
        count = 0;
    }
    int steps = 0;
    for (int i = 0; i < count - 1; i++) {
        read_tasks(&workers[i], words[i]);
        pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]);
    }
    if (count > 1) {
        steps = run_turns(words[count - 1], count - 1, check);
    }
    for (int i = 0; i < count - 1; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    if (trouble[0] != '\0') {
        printf("%s\n", trouble);
    } else {
        printf("ok %d %" PRId64 "\n", steps, count_attempts());
    }
    fflush(stdout);
}

/* ---- the program ---- */

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (file == NULL || getdelim(&text, &size, '\0', file) < 0) {
        fprintf(stderr, "offer_model: cannot read %s\n", path);
        exit(2);
    }
    fclose(file);
    return text;
}

static void open_all(void)
{
    Error err;
    AUTO_STRBUF problems = STRBUF_INIT;
    if (config_load(environ, &cfg, &problems, &err) != STATUS_OK) {
        fprintf(stderr, "%s", problems.data);
        exit(2);
    }
    own = db_new(cfg.database_url, cfg.ns, "offer_model");
    for (int i = 0; i < WORKERS; i++) {
        workers[i] =
            (Worker){.number = i, .db = db_new(cfg.database_url, cfg.ns, "offer_model worker")};
        outbox_init(&workers[i].outbox, cfg.ns);
        workers[i].state = (RecyclerState){.cfg = &cfg,
                                           .campaigns = campaign_store_new(),
                                           .gates = gates_new(),
                                           .outcomes = outcomes_new()};
    }
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: offer_model RESET.sql CHECK.sql CAMPAIGN_NO...\n");
        return 2;
    }
    char *reset = read_text(argv[1]);
    char *check = read_text(argv[2]);
    for (int i = 3; i < argc && campaign_count < CAMPAIGNS; i++) {
        campaigns[campaign_count++] = atoi(argv[i]);
    }
    open_all();
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0) {
        run_schedule(line, reset, check);
    }
    free(line);
    free(reset);
    free(check);
    return 0;
}
