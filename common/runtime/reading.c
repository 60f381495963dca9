#include "runtime/reading.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "sql_queries.h"

typedef struct Reading {
    DbArray partitions;
    DbArray epochs;
    DbArray times;
} Reading;

static void reading_add(Reading *reading, Consumer *consumer, const Position *position)
{
    int64_t now_us = clock_now_us();
    int64_t low = 0;
    int64_t high = 0;
    Error err;
    if (position->halted || consumer_watermarks(consumer, position->topic, position->partition,
                                                &low, &high, &err) != STATUS_OK) {
        return;
    }
    if (position->next_offset >= high) {
        db_array_i64(&reading->partitions, position->partition);
        db_array_i64(&reading->epochs, position->epoch);
        db_array_time(&reading->times, now_us);
    }
}

static Status
reading_write(Db *db, const char *group, const char *topic, Reading *reading, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, group);
    db_param_text(&params, topic);
    db_param_array(&params, &reading->partitions);
    db_param_array(&params, &reading->epochs);
    db_param_array(&params, &reading->times);
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_exec(tx, sql_reading_tell, &params, -1, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

void reading_tell(
    Db *db, Consumer *consumer, const char *group, const char *topic, const Intake *intake)
{
    Reading reading = {0};
    db_array_begin(&reading.partitions, DB_ARRAY_INT4);
    db_array_begin(&reading.epochs, DB_ARRAY_INT8);
    db_array_begin(&reading.times, DB_ARRAY_TIME);
    for (int i = 0; i < intake->held_count; i++) {
        if (strcmp(intake->held[i].position.topic, topic) == 0) {
            reading_add(&reading, consumer, &intake->held[i].position);
        }
    }
    Error err;
    if (reading.partitions.count > 0 &&
        reading_write(db, group, topic, &reading, &err) != STATUS_OK) {
        LOG_WARN("reading.not_told", "code=%s msg=%s", err.code, err.text);
    }
    db_array_done(&reading.partitions);
    db_array_done(&reading.epochs);
    db_array_done(&reading.times);
}
