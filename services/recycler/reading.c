#include "recycler/reading.h"

#include <stdlib.h>

#include "base/mem.h"
#include "runtime/topics.h"
#include "sql_queries.h"

Status reading_open(Reading *reading, const Config *cfg, Error *err)
{
    Status status = consumer_open(cfg, NULL, NULL, 0, &reading->consumer, err);
    return status == STATUS_OK ? bus_admin_open(cfg, &reading->admin, err) : status;
}

void reading_close(Reading *reading)
{
    if (reading->consumer != NULL) {
        consumer_close(reading->consumer);
    }
    if (reading->admin != NULL) {
        bus_admin_close(reading->admin);
    }
    free(reading->ends);
}

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

Status reading_look(Reading *reading, Db *db, int64_t now_us, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, "recycler");
    db_param_text(&params, TOPIC_DIALER_OUTCOMES);
    if (!reading->asked) {
        ask_ends(reading, now_us);
    }
    AUTO_RESULT *positions = NULL;
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query_binary(tx, sql_complete_until, &params, &positions, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    reading->complete_until_us = db_rows(positions) > 0 ? db_bin_time(positions, 0, 2) : 0;
    if (!ends_reached(reading, positions)) {
        return STATUS_OK;
    }
    status = tell(reading, tx, err);
    if (status == STATUS_OK) {
        reading->asked = false;
        if (reading->asked_us > reading->complete_until_us) {
            reading->complete_until_us = reading->asked_us;
        }
    }
    return status;
}
