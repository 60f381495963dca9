#include "runtime/ledger.h"

#include "base/log.h"
#include "sql_queries.h"

enum { LEDGER_MONTHS_AHEAD = 2 };

static Status find_missing(Db *db, int64_t now_us, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, now_us);
    db_param_i64(&params, LEDGER_MONTHS_AHEAD);
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? db_query(tx, sql_ledger_months, &params, ret, err) : status;
}

static Status make_month(Db *db, int64_t month_us, bool *ret_made, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, month_us);
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql_ledger_month_make, &params, &result, err);
    }
    if (status == STATUS_OK) {
        *ret_made = db_bool(result, 0, 0);
        status = db_commit(tx, err);
    }
    return status;
}

Status ledger_make_months(Db *db, int64_t now_us, int *ret_made, int *ret_left, Error *err)
{
    AUTO_RESULT *missing = NULL;
    Status status = find_missing(db, now_us, &missing, err);
    *ret_made = *ret_left = 0;
    for (int row = 0; status == STATUS_OK && row < db_rows(missing); row++) {
        Error why;
        bool made = false;
        if (make_month(db, db_i64(missing, row, 0), &made, &why) != STATUS_OK) {
            LOG_DEBUG("ledger.month_left", "code=%s msg=%s", why.code, why.text);
        }
        *ret_made += made;
        *ret_left += !made;
    }
    return status;
}
