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
    LOOK_VIRTUAL_MS = 5, /* hours may have passed since the last one */
    PROBE_AFTER_MS = 300,
    STOP_MS = 2000,
};

#define AHEAD_US (5 * CLOCK_US_PER_SECOND) /* as complete_until.sql has it */

/* A partition. What was found behind its position holds until that moves. */
typedef struct ReadingEnd {
    int64_t end;      /* that was asked for last */
    int64_t at;       /* its position when it was last looked at; -1: none */
    int64_t stood_ms; /* since when it is there */
    int64_t empty_to; /* no record lies between `at` and this; -1: not known yet */
    bool has_record;  /* one lies there: whose work it is will move the position */
    bool probed;      /* the probe under way began at `at` */
} ReadingEnd;

struct Reading {
    pthread_t thread;
    atomic_bool stopping;
    atomic_int_fast64_t epoch;             /* of the record that this is known of */
    atomic_int_fast64_t complete_until_us; /* 0 before the epoch becomes another */
    /* the rest belongs to the thread */
    Db *db;
    Consumer *writes; /* asks for ends: what is written, committed or not */
    Consumer *reads;  /* looks behind positions */
    BusAdmin *admin;
    int partitions; /* as the broker says: more than declared may have been added */
    ReadingEnd *ends;
    bool asked;
    bool probing;     /* `reads` has partitions */
    int64_t asked_us; /* before the ends were asked for, by PostgreSQL's clock */
    int64_t looked_ms;
};

int64_t reading_complete_until_us(const Reading *reading, int64_t epoch)
{
    return atomic_load(&reading->epoch) == epoch ? atomic_load(&reading->complete_until_us) : 0;
}

/* ---- what lies behind a position ---- */

static void probe_end(Reading *reading)
{
    if (reading->probing) {
        consumer_unassign(reading->reads);
        reading->probing = false;
    }
    for (int i = 0; i < reading->partitions; i++) {
        reading->ends[i].probed = false;
    }
}

/* It stands still before its end, and no record is known there. */
static bool end_is_due(const ReadingEnd *end, int64_t now_ms)
{
    return end->at >= 0 && end->at < end->end && end->empty_to < end->end && !end->has_record &&
           end->stood_ms + PROBE_AFTER_MS <= now_ms;
}

/* A partition is due that the probe under way does not look at, and that has told of all its own:
 * so none is interrupted, however slow the broker is, and none is left out. */
static bool probe_is_due(const Reading *reading, int64_t now_ms)
{
    bool due = false;
    for (int i = 0; i < reading->partitions; i++) {
        const ReadingEnd *end = &reading->ends[i];
        if (end->probed && end->empty_to < 0) {
            return false;
        }
        due = due || (!end->probed && end_is_due(end, now_ms));
    }
    return due;
}

static void probe_begin(Reading *reading)
{
    AUTO_FREE BusPartition *stand = mem_alloc(((size_t)reading->partitions + 1) * sizeof *stand);
    int count = 0;
    int64_t now_ms = clock_mono_ms();
    if (!probe_is_due(reading, now_ms)) {
        return;
    }
    probe_end(reading);
    for (int i = 0; i < reading->partitions; i++) {
        ReadingEnd *end = &reading->ends[i];
        if (end_is_due(end, now_ms)) {
            end->probed = true;
            end->empty_to = -1;
            stand[count++] = (BusPartition){TOPIC_DIALER_OUTCOMES, i, end->at};
        }
    }
    Error err;
    reading->probing = true;
    if (consumer_assign(reading->reads, stand, count, &err) != STATUS_OK) {
        probe_end(reading);
    }
}

/* No record came before this one, or this end: none lies between. */
static void probe_take(Reading *reading, int32_t partition, int64_t offset, bool record)
{
    if (partition >= 0 && partition < reading->partitions && reading->ends[partition].probed) {
        ReadingEnd *end = &reading->ends[partition];
        end->empty_to = end->empty_to < offset ? offset : end->empty_to;
        end->has_record = record;
    }
}

/* What has come meanwhile; nothing is waited for. A record of a backlog ends it: that is read by
 * those whose work it is. */
static void probe_look(Reading *reading)
{
    Error err;
    BusEvent event = {.kind = BUS_NOTHING};
    bool more = true;
    while (more && consumer_poll(reading->reads, 0, &event, &err) == STATUS_OK) {
        more = event.kind == BUS_ENDED || event.kind == BUS_RECORD;
        if (event.kind == BUS_ENDED) {
            probe_take(reading, event.partition.partition, event.partition.offset, false);
        } else if (event.kind == BUS_RECORD) {
            probe_take(reading, event.record->partition, event.record->offset, true);
            bus_record_free(event.record);
            probe_end(reading);
        }
    }
    if (reading->asked) {
        probe_begin(reading);
    }
}

/* ---- ends ---- */

/* Of a topic that ends before it did nothing is known: it was made anew. */
static void note_end(ReadingEnd *end, int64_t offset)
{
    if (offset < end->end) {
        end->at = -1;
    }
    end->end = offset;
}

static void note_position(ReadingEnd *end, int64_t at)
{
    if (at != end->at) {
        *end = (ReadingEnd){.end = end->end, .at = at, .stood_ms = clock_mono_ms(), .empty_to = -1};
    }
}

static void ask_ends(Reading *reading, int64_t now_us)
{
    Error err;
    BusEvent event;
    int known = reading->partitions;
    probe_end(reading);
    Status status = consumer_poll(reading->writes, 0, &event, &err); /* its callbacks */
    if (status == STATUS_OK) {
        status =
            bus_admin_partitions(reading->admin, TOPIC_DIALER_OUTCOMES, &reading->partitions, &err);
    }
    reading->ends =
        mem_realloc(reading->ends, ((size_t)reading->partitions + 1) * sizeof *reading->ends);
    for (int i = known; i < reading->partitions; i++) {
        reading->ends[i] = (ReadingEnd){.at = -1};
    }
    for (int i = 0; status == STATUS_OK && i < reading->partitions; i++) {
        int64_t low;
        int64_t offset;
        status =
            consumer_watermarks(reading->writes, TOPIC_DIALER_OUTCOMES, i, &low, &offset, &err);
        if (status == STATUS_OK) {
            note_end(&reading->ends[i], offset);
        }
    }
    reading->asked = status == STATUS_OK;
    reading->asked_us = now_us;
}

/* Has every partition come to its end? */
static bool ends_reached(Reading *reading, const DbResult *positions)
{
    int reached = 0;
    for (int row = 0; reading->asked && row < db_rows(positions); row++) {
        int64_t partition = db_is_null(positions, row, 0) ? -1 : db_bin_i64(positions, row, 0);
        if (partition >= 0 && partition < reading->partitions) {
            ReadingEnd *end = &reading->ends[partition];
            note_position(end, db_bin_i64(positions, row, 1));
            reached += end->at >= end->end || end->empty_to >= end->end;
        }
    }
    return reading->asked && reading->partitions > 0 && reached == reading->partitions;
}

/* ---- looking ---- */

/* As a parameter: NULL is PostgreSQL's. */
static void now_param(DbParams *params)
{
    db_param_time(params, clock_is_virtual() ? clock_now_us() : 0);
}

static Status tell(Reading *reading, Db *db, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, reading->asked_us);
    now_param(&params);
    Status status = db_exec(db, sql_complete_tell, &params, -1, err);
    return status == STATUS_OK ? db_commit(db, err) : status;
}

/* One that lies ahead of now_us was told while PostgreSQL's clock was. */
static void known_until(Reading *reading, int64_t until_us, int64_t now_us)
{
    int64_t known_us = atomic_load(&reading->complete_until_us);
    if (until_us > known_us || known_us > now_us + AHEAD_US) {
        atomic_store(&reading->complete_until_us, until_us);
    }
}

/* A record that was set back has to be told of outcomes again that it knew before. */
static void follow_epoch(Reading *reading, int64_t epoch)
{
    if (atomic_load(&reading->epoch) != epoch) {
        reading->asked = false;
        atomic_store(&reading->complete_until_us, 0);
        atomic_store(&reading->epoch, epoch);
    }
}

/* *ret_us: the time for all recyclers, whatever a host's clock says. */
static Status look_positions(Reading *reading, int64_t *ret_us, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, "recycler");
    db_param_text(&params, TOPIC_DIALER_OUTCOMES);
    now_param(&params);
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
    int64_t now_us = db_rows(positions) > 0 ? db_bin_time(positions, 0, 3) : 0;
    *ret_us = now_us;
    known_until(reading, db_rows(positions) > 0 ? db_bin_time(positions, 0, 2) : 0, now_us);
    probe_look(reading);
    if (!ends_reached(reading, positions)) {
        return STATUS_OK;
    }
    status = tell(reading, tx, err);
    if (status == STATUS_OK) {
        reading->asked = false;
        known_until(reading, reading->asked_us, now_us);
    }
    return status;
}

/* Ends are compared by the next look, with the time of this one: it was told before they are asked
 * for. A broker that does not answer is no failure: the time stands. */
static Status look(Reading *reading, Error *err)
{
    int64_t now_us = 0;
    Status status = look_positions(reading, &now_us, err);
    if (status == STATUS_OK && !reading->asked &&
        now_us > atomic_load(&reading->complete_until_us)) {
        ask_ends(reading, now_us);
    }
    return status;
}

/* ---- the thread ---- */

/* On a virtual clock all may be known of its present moment: no more to learn before it moves, but
 * that the record became another. */
static bool look_is_due(Reading *reading)
{
    int64_t now_ms = clock_mono_ms();
    bool known = !reading->asked && clock_now_us() <= atomic_load(&reading->complete_until_us);
    if (known && now_ms < reading->looked_ms + LOOK_MS) {
        return false;
    }
    reading->looked_ms = now_ms;
    return true;
}

static void *reading_main(void *opaque)
{
    static LogRate rate = LOG_RATE_INIT(3, 10000);
    Reading *reading = opaque;
    while (!atomic_load(&reading->stopping)) {
        Error err;
        if (look_is_due(reading) && look(reading, &err) != STATUS_OK) {
            log_rate_limited(&rate, LOG_LEVEL_WARN, "reading.trouble", " code=%s msg=%s", err.code,
                             err.text);
        }
        clock_nap(clock_is_virtual() ? LOOK_VIRTUAL_MS : LOOK_MS);
    }
    return NULL;
}

static void reading_free(Reading *reading)
{
    consumer_close(reading->writes);
    consumer_close(reading->reads);
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
    Status status = consumer_open_probe(cfg, "recycler", false, &reading->writes, err);
    if (status == STATUS_OK) {
        status = consumer_open_probe(cfg, "recycler", true, &reading->reads, err);
    }
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
    struct timespec deadline = clock_mono_in(STOP_MS);
    if (!clock_join(reading->thread, &deadline)) {
        LOG_WARN("reading.stop_abandoned");
        return; /* the thread still uses all of it; the process ends now */
    }
    reading_free(reading);
}
