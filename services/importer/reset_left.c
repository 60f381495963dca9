#include "importer/reset_left.h"

#include <inttypes.h>
#include <stdio.h>

#include "runtime/job.h"
#include "sql_queries.h"

static Status left_tell(Db *db, Outbox *outbox, const DbResult *ended, Error *err)
{
    Status status = STATUS_OK;
    for (int row = 0; status == STATUS_OK && row < db_rows(ended); row++) {
        char cause[64];
        int64_t job_no = db_i64(ended, row, 0);
        snprintf(cause, sizeof cause, "job/%" PRId64 "/left", job_no);
        status =
            job_event(db, outbox, job_no, "job.cancelled", cause, 0, db_text(ended, row, 1), err);
    }
    return status;
}

Status reset_left_end(Db *db, Outbox *outbox, int64_t now_us, Error *err)
{
    AUTO_RESULT *ended = NULL;
    DbParams params = {0};
    db_param_time(&params, now_us);
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(outbox, db_epoch(tx), now_us);
        status = db_query(tx, sql_job_left, &params, &ended, err);
    }
    if (status != STATUS_OK || db_rows(ended) == 0) {
        return status;
    }
    status = left_tell(tx, outbox, ended, err);
    if (status == STATUS_OK) {
        status = outbox_store(outbox, tx, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}
