#include "runtime/housekeeping.h"

#include "adapters/sweep.h"
#include "base/clock.h"
#include "base/log.h"
#include "runtime/ledger.h"
#include "sql_queries.h"

#define DAY_US (INT64_C(86400) * CLOCK_US_PER_SECOND)
/* A batch is short, and as many as calls come in are forgotten. */
enum { FORGET_ROWS = 10000, FORGET_MORE_MS = 500 };

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

static void housekeeping_ledger(Db *db, int64_t now_us)
{
    int made = 0;
    int left = 0;
    Error err;
    if (ledger_make_months(db, now_us, &made, &left, &err) != STATUS_OK) {
        LOG_WARN("ledger.failed", "code=%s msg=%s", err.code, err.text);
    } else if (made > 0 || left > 0) {
        LOG_INFO("ledger.months", "made=%d left=%d", made, left);
    }
}

void housekeeping_run(const Config *cfg, Db *db, int64_t now_us)
{
    housekeeping_ledger(db, now_us);
    housekeeping_sweep(cfg->inbox, now_us - cfg->retention_days * DAY_US);
    housekeeping_sweep(cfg->outbox, now_us - cfg->retention_days * DAY_US);
}

/* ---- forgetting ---- */

static Status forget(Db *db, const char *sql, int64_t before_us, bool *ret_more, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, before_us);
    db_param_i64(&params, FORGET_ROWS);
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql, &params, &result, err);
    }
    if (status == STATUS_OK) {
        *ret_more = *ret_more || db_affected(result) == FORGET_ROWS;
        status = db_commit(tx, err);
    }
    return status;
}

int64_t housekeeping_forget(Db *db, int64_t now_us)
{
    const char *const tables[] = {sql_command_prune, sql_call_known_prune, sql_move_note_prune,
                                  sql_job_forget};
    bool more = false;
    Error err;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (forget(db, tables[i], now_us - COMMAND_MEMORY_DAYS * DAY_US, &more, &err) !=
            STATUS_OK) {
            LOG_WARN("forget.failed", "code=%s msg=%s", err.code, err.text);
        }
    }
    return more ? FORGET_MORE_MS : HOUSEKEEPING_EVERY_MS;
}
