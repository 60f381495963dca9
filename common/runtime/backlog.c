#include "runtime/backlog.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric_table.h"
#include "sql_queries.h"

enum { BACKLOG_LOOK_MS = 1000, BACKLOG_PAGES = 1000 };

void backlog_init(Backlog *backlog, const Config *cfg)
{
    *backlog = (Backlog){.most_bytes = (int64_t)cfg->outbox_max_mib << 20};
    metric_set(&metric_outbox_full, 0, NULL, NULL);
}

bool backlog_is_over(const Backlog *backlog)
{
    return atomic_load(&backlog->over);
}

static Status backlog_sample(Db *tx, int64_t pages, int64_t *ret_bytes, Error *err)
{
    char percent[24];
    DbParams params = {0};
    AUTO_RESULT *result = NULL;
    snprintf(percent, sizeof percent, "%.6f",
             pages > BACKLOG_PAGES ? 100.0 * BACKLOG_PAGES / (double)pages : 100.0);
    db_param_text(&params, percent);
    Status status = db_query(tx, sql_outbox_sample, &params, &result, err);
    if (status == STATUS_OK) {
        *ret_bytes = db_i64(result, 0, 0);
    }
    return status;
}

static Status backlog_measure(const Backlog *backlog, Db *db, int64_t *ret_bytes, Error *err)
{
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql_outbox_size, NULL, &result, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    *ret_bytes = db_i64(result, 0, 0);
    return *ret_bytes > backlog->most_bytes
               ? backlog_sample(tx, db_i64(result, 0, 1), ret_bytes, err)
               : STATUS_OK;
}

static void backlog_judge(Backlog *backlog, int64_t bytes)
{
    bool was = backlog_is_over(backlog);
    bool over = bytes > (was ? backlog->most_bytes / 4 * 3 : backlog->most_bytes);
    metric_set(&metric_outbox_bytes, (double)bytes, NULL, NULL);
    if (over == was) {
        return;
    }
    atomic_store(&backlog->over, over);
    metric_set(&metric_outbox_full, over, NULL, NULL);
    if (over) {
        LOG_WARN("outbox.full", "bytes=%" PRId64 " most=%" PRId64 " msg=%s", bytes,
                 backlog->most_bytes, "commands and jobs wait until Kafka has taken events");
    } else {
        LOG_INFO("outbox.shrunk", "bytes=%" PRId64 " msg=%s", bytes, "commands and jobs go on");
    }
}

Status backlog_look(Backlog *backlog, Db *db, Error *err)
{
    if (clock_mono_ms() < backlog->look_ms) {
        return STATUS_OK;
    }
    int64_t bytes = 0;
    backlog->look_ms = clock_mono_ms() + BACKLOG_LOOK_MS;
    Status status = backlog_measure(backlog, db, &bytes, err);
    if (status == STATUS_OK) {
        backlog_judge(backlog, bytes);
    }
    return status;
}
