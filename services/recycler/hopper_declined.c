#include "recycler/hopper_declined.h"

#include "base/clock.h"
#include "sql_queries.h"

enum { DECLINED_MS = 60000 };

void hopper_declined_add(HopperDeclined *declined, int32_t campaign_no, int64_t rules_version)
{
    if (declined->count < HOPPER_DECLINED_MOST) {
        int at = declined->count++;
        declined->rows[at].campaign_no = campaign_no;
        declined->rows[at].rules_version = rules_version;
        declined->rows[at].until_ms = clock_mono_ms() + DECLINED_MS;
    }
}

static void remove_at(HopperDeclined *declined, int at)
{
    declined->count--;
    declined->told -= at < declined->told;
    for (; at < declined->count; at++) {
        declined->rows[at] = declined->rows[at + 1];
    }
}

void hopper_declined_forget(HopperDeclined *declined)
{
    int64_t now_ms = clock_mono_ms();
    for (int i = declined->count - 1; i >= 0; i--) {
        if (declined->rows[i].until_ms <= now_ms) {
            remove_at(declined, i);
        }
    }
}

void hopper_declined_remove(HopperDeclined *declined, int32_t campaign_no)
{
    for (int i = declined->count - 1; i >= 0; i--) {
        if (declined->rows[i].campaign_no == campaign_no) {
            remove_at(declined, i);
        }
    }
}

void hopper_declined_arrays(const HopperDeclined *declined, DbArray *ret_nos, DbArray *ret_versions)
{
    db_array_begin(ret_nos, DB_ARRAY_INT4);
    db_array_begin(ret_versions, DB_ARRAY_INT8);
    for (int i = 0; i < declined->count; i++) {
        db_array_i64(ret_nos, declined->rows[i].campaign_no);
        db_array_i64(ret_versions, declined->rows[i].rules_version);
    }
}

static Status release(const HopperDeclined *declined, Db *db, const char *worker_id, Error *err)
{
    DbArray nos = {0};
    DbArray versions = {0};
    DbParams params = {0};
    hopper_declined_arrays(declined, &nos, &versions);
    db_param_text(&params, worker_id);
    db_param_array(&params, &nos);
    Status status = db_exec(db, sql_hopper_decline, &params, -1, err);
    db_array_done(&nos);
    db_array_done(&versions);
    return status;
}

Status hopper_declined_release(HopperDeclined *declined, Db *db, const char *worker_id, Error *err)
{
    if (declined->told == declined->count) {
        return STATUS_OK;
    }
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = release(declined, tx, worker_id, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    if (status == STATUS_OK) {
        declined->told = declined->count;
    }
    return status;
}
