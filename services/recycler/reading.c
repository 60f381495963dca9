#include "recycler/reading.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "adapters/bus.h"
#include "adapters/db.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "runtime/topics.h"
#include "sql_queries.h"

enum {
    LOOK_MS = 200,
    LOOK_VIRTUAL_MS = 25, /* hours may have passed since the last one */
    STOP_S = 2,
};

struct Reading {
    pthread_t thread;
    atomic_bool stopping;
    atomic_int_fast64_t complete_until_us;
    /* the rest belongs to the thread */
    Db *db;
    Consumer *consumer; /* reads nothing: it asks for ends, on a connection of its own */
    BusAdmin *admin;
    int partitions; /* as the broker says: more than declared may have been added */
    int64_t *ends;
    bool asked;
    int64_t asked_us; /* before the ends were asked for */
    int64_t epoch;    /* of the record that this is known of */
};

int64_t reading_complete_until_us(const Reading *reading)
{
    return atomic_load(&reading->complete_until_us);
}

/* ---- looking ---- */

static void ask_ends(Reading *reading, int64_t now_us)
{
    Error err;
    BusEvent event;
    Status status = consumer_poll(reading->consumer, 0, &event, &err); /* its callbacks */
    if (status == STATUS_OK) {
        status =
            bus_admin_partitions(reading->admin, TOPIC_DIALER_OUTCOMES, &reading->partitions, &err);
    }
    reading->ends =
        mem_realloc(reading->ends, ((size_t)reading->partitions + 1) * sizeof *reading->ends);
    for (int i = 0; status == STATUS_OK && i < reading->partitions; i++) {
        int64_t low;
        status = consumer_watermarks(reading->consumer, TOPIC_DIALER_OUTCOMES, i, &low,
                                     &reading->ends[i], &err);
    }
    reading->asked = status == STATUS_OK;
    reading->asked_us = now_us;
}

/* Has every partition come to its end? */
static bool ends_reached(const Reading *reading, const DbResult *positions)
{
    int reached = 0;
    for (int row = 0; row < db_rows(positions); row++) {
        int64_t partition = db_is_null(positions, row, 0) ? -1 : db_bin_i64(positions, row, 0);
        reached += partition >= 0 && partition < reading->partitions &&
                   db_bin_i64(positions, row, 1) >= reading->ends[partition];
    }
    return reading->asked && reading->partitions > 0 && reached == reading->partitions;
}

static Status tell(Reading *reading, Db *db, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, reading->asked_us);
    Status status = db_exec(db, sql_complete_tell, &params, -1, err);
    return status == STATUS_OK ? db_commit(db, err) : status;
}

static void known_until(Reading *reading, int64_t until_us)
{
    if (until_us > atomic_load(&reading->complete_until_us)) {
        atomic_store(&reading->complete_until_us, until_us);
    }
}

/* A record that was set back has to be told of outcomes again that it knew before. */
static void follow_epoch(Reading *reading, int64_t epoch)
{
    if (reading->epoch != epoch) {
        reading->epoch = epoch;
        reading->asked = false;
        atomic_store(&reading->complete_until_us, 0);
    }
}

/* A broker that does not answer is no failure: the time stands. */
static Status look(Reading *reading, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, "recycler");
    db_param_text(&params, TOPIC_DIALER_OUTCOMES);
    if (!reading->asked) {
        ask_ends(reading, clock_now_us());
    }
    AUTO_RESULT *positions = NULL;
    AUTO_TX Db *tx = reading->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        follow_epoch(reading, db_epoch(tx));
        status = db_query_binary(tx, sql_complete_until, &params, &positions, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    known_until(reading, db_rows(positions) > 0 ? db_bin_time(positions, 0, 2) : 0);
    if (!ends_reached(reading, positions)) {
        return STATUS_OK;
    }
    status = tell(reading, tx, err);
    if (status == STATUS_OK) {
        reading->asked = false;
        known_until(reading, reading->asked_us);
    }
    return status;
}

/* ---- the thread ---- */

static void *reading_main(void *opaque)
{
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    Reading *reading = opaque;
    while (!atomic_load(&reading->stopping)) {
        Error err;
        if (look(reading, &err) != STATUS_OK) {
            log_rate_limited(&rate, LOG_LEVEL_WARN, "reading.trouble", " code=%s msg=%s", err.code,
                             err.text);
        }
        clock_nap(clock_is_virtual() ? LOOK_VIRTUAL_MS : LOOK_MS);
    }
    return NULL;
}

static void reading_free(Reading *reading)
{
    if (reading->consumer != NULL) {
        consumer_close(reading->consumer);
    }
    if (reading->admin != NULL) {
        bus_admin_close(reading->admin);
    }
    db_close(reading->db);
    free(reading->ends);
    free(reading);
}

Status reading_start(const Config *cfg, Reading **ret, Error *err)
{
    Reading *reading = mem_alloc(sizeof *reading);
    reading->db = db_new(cfg->database_url, cfg->ns, "leadspool reading");
    Status status = consumer_open(cfg, NULL, NULL, 0, &reading->consumer, err);
    if (status == STATUS_OK) {
        status = bus_admin_open(cfg, &reading->admin, err);
    }
    if (status == STATUS_OK && pthread_create(&reading->thread, NULL, reading_main, reading) != 0) {
        status = error_set(err, STATUS_FATAL, "thread", "no thread for the reading");
    }
    if (status != STATUS_OK) {
        reading_free(reading);
        return status;
    }
    *ret = reading;
    return STATUS_OK;
}

void reading_stop(Reading *reading)
{
    if (reading == NULL) {
        return;
    }
    atomic_store(&reading->stopping, true);
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += STOP_S;
    if (pthread_timedjoin_np(reading->thread, NULL, &deadline) != 0) {
        LOG_WARN("reading.stop_abandoned");
        return; /* the thread still uses all of it; the process ends now */
    }
    reading_free(reading);
}
