#include "runtime/housekeeping.h"

#include "adapters/sweep.h"
#include "base/clock.h"
#include "base/log.h"
#include "sql_queries.h"

#define DAY_US (INT64_C(86400) * CLOCK_US_PER_SECOND)

static void housekeeping_sweep(const char *root, int64_t before_us)
{
    int removed = 0;
    Error err;
    if (sweep_files(root, before_us, &removed, &err) != STATUS_OK) {
        LOG_WARN("sweep.failed", "msg=%s", err.text);
    } else if (removed > 0) {
        LOG_INFO("sweep.removed", "path=%s count=%d", root, removed);
    }
}

static Status housekeeping_prune(Db *db, int64_t before_us, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, before_us);
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_exec(tx, sql_command_prune, &params, -1, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

void housekeeping_run(const Config *cfg, Db *db, int64_t now_us)
{
    Error err;
    if (housekeeping_prune(db, now_us - COMMAND_MEMORY_DAYS * DAY_US, &err) != STATUS_OK) {
        LOG_WARN("prune.failed", "code=%s msg=%s", err.code, err.text);
    }
    housekeeping_sweep(cfg->inbox, now_us - cfg->retention_days * DAY_US);
    housekeeping_sweep(cfg->outbox, now_us - cfg->retention_days * DAY_US);
}
