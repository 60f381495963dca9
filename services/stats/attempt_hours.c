#include "stats/attempt_hours.h"

#include "base/clock.h"
#include "base/mem.h"
#include "sql_queries.h"

enum {
    ROLL_MS = 30000,
    ROLL_SLICE_MS = 50, /* hours that were left, in one tick */
    RECENT_MS = 1000,
};
#define HOUR_US (INT64_C(3600) * CLOCK_US_PER_SECOND)

/* Columns of attempt_recent.sql. */
enum { RECENT_LIST, RECENT_HOUR, RECENT_ATTEMPTS, RECENT_CONTACTS };

struct AttemptHours {
    int64_t roll_at_ms;
    int64_t recent_ms;
    DbResult *recent; /* by list_no; NULL: not read since an hour was counted */
    int turn;
};

AttemptHours *attempt_hours_new(void)
{
    return mem_alloc(sizeof(AttemptHours));
}

void attempt_hours_forget(AttemptHours *hours)
{
    db_result_free(hours->recent);
    hours->recent = NULL;
}

void attempt_hours_free(AttemptHours *hours)
{
    if (hours != NULL) {
        attempt_hours_forget(hours);
        free(hours);
    }
}

/* ---- counting ---- */

static Status prune(Db *tx, const HourPlan *plan, int64_t now_us, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, hour_plan_first_us(now_us));
    db_param_time(&params, plan->anew ? hour_plan_first_us(now_us) : 0);
    return db_exec(tx, sql_attempt_hour_prune, &params, -1, err);
}

static Status count_hour(Db *tx, int64_t hour_us, int64_t until_us, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, hour_us);
    db_param_time(&params, until_us);
    return db_exec(tx, sql_attempt_roll, &params, -1, err);
}

static Status read_rolled(Db *tx, int64_t *ret_us, Error *err)
{
    DbParams none = {0};
    AUTO_RESULT *row = NULL;
    Status status = db_query(tx, sql_attempt_rolled_until, &none, &row, err);
    *ret_us = status == STATUS_OK ? db_i64(row, 0, 0) : 0;
    return status;
}

/* The mark comes last: its row is the lease's and the debts', too. */
static Status write_rolled(Db *tx, int64_t was_us, int64_t is_us, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, was_us);
    db_param_time(&params, is_us);
    return db_exec(tx, sql_attempt_rolled, &params, 1, err);
}

static Status
roll_once(Db *db, int64_t now_us, int64_t *ret_rolled_us, bool *ret_behind, Error *err)
{
    HourPlan plan = {0};
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = read_rolled(tx, ret_rolled_us, err);
    }
    if (status == STATUS_OK) {
        hour_plan(*ret_rolled_us, now_us, &plan);
        status = prune(tx, &plan, now_us, err);
    }
    if (status == STATUS_OK) {
        status = count_hour(tx, plan.hour_us, plan.until_us, err);
    }
    if (status == STATUS_OK) {
        status = write_rolled(tx, *ret_rolled_us, plan.until_us, err);
    }
    *ret_rolled_us = plan.until_us;
    *ret_behind = plan.behind;
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

static Status
count_again(AttemptHours *hours, Db *db, int64_t rolled_us, int64_t now_us, Error *err)
{
    int64_t hour_us = hour_plan_again_us(rolled_us, now_us, hours->turn++);
    if (hour_us == 0) {
        return STATUS_OK;
    }
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = count_hour(tx, hour_us, hour_us + HOUR_US, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

Status attempt_hours_tick(AttemptHours *hours, Db *db, int64_t now_us, Error *err)
{
    int64_t begun_ms = clock_mono_ms();
    int64_t rolled_us = 0;
    bool behind = true;
    if (begun_ms < hours->roll_at_ms) {
        return STATUS_OK;
    }
    hours->roll_at_ms = begun_ms + ROLL_MS; /* also when it fails */
    attempt_hours_forget(hours);
    Status status = STATUS_OK;
    while (status == STATUS_OK && behind && clock_mono_ms() < begun_ms + ROLL_SLICE_MS) {
        status = roll_once(db, now_us, &rolled_us, &behind, err);
    }
    if (status == STATUS_OK && behind) {
        hours->roll_at_ms = 0;
        return STATUS_OK;
    }
    return status == STATUS_OK ? count_again(hours, db, rolled_us, now_us, err) : status;
}

/* ---- reading ---- */

static void
take(AttemptHoursOf *of, int64_t hour_us, int64_t now_us, int64_t attempts, int64_t contacts)
{
    int64_t hour = (hour_us - hour_plan_first_us(now_us)) / HOUR_US;
    if (hour >= 0 && hour < HOUR_PLAN_HOURS) {
        of->attempts[hour] += attempts;
        of->contacts[hour] += contacts;
    }
}

/* Not more than the present hour and the one before: what an outage left comes with its hours. */
static Status recent_read(AttemptHours *hours, Db *tx, int64_t now_us, Error *err)
{
    DbParams params = {0};
    if (hours->recent != NULL && clock_mono_ms() < hours->recent_ms + RECENT_MS) {
        return STATUS_OK;
    }
    attempt_hours_forget(hours);
    hours->recent_ms = clock_mono_ms();
    db_param_time(&params, now_us - now_us % HOUR_US - HOUR_US);
    return db_query_binary(tx, sql_attempt_recent, &params, &hours->recent, err);
}

static void
recent_take(const AttemptHours *hours, int32_t list_no, int64_t now_us, AttemptHoursOf *ret)
{
    const DbResult *recent = hours->recent;
    int row = db_bin_find(recent, RECENT_LIST, list_no);
    for (; row >= 0 && row < db_rows(recent) && db_bin_i64(recent, row, RECENT_LIST) == list_no;
         row++) {
        take(ret, db_bin_i64(recent, row, RECENT_HOUR), now_us,
             db_bin_i64(recent, row, RECENT_ATTEMPTS), db_bin_i64(recent, row, RECENT_CONTACTS));
    }
}

Status attempt_hours_read(
    AttemptHours *hours, Db *tx, int32_t list_no, int64_t now_us, AttemptHoursOf *ret, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    *ret = (AttemptHoursOf){.attempts = {0}};
    Status status = recent_read(hours, tx, now_us, err);
    db_param_i64(&params, list_no);
    db_param_time(&params, hour_plan_first_us(now_us));
    if (status == STATUS_OK) {
        status = db_query(tx, sql_now_hours, &params, &rows, err);
    }
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        take(ret, db_i64(rows, row, 0), now_us, db_i64(rows, row, 1), db_i64(rows, row, 2));
    }
    if (status == STATUS_OK) {
        recent_take(hours, list_no, now_us, ret);
    }
    return status;
}
