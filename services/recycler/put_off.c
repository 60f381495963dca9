#include "recycler/put_off.h"

#include "sql_queries.h"

/* ---- noting ---- */

Status put_off_note(const LeadDials *dials,
                    const PutOffLead leads[],
                    int count,
                    const PutOffRules *rules,
                    Db *db,
                    Error *err)
{
    enum { LEAD, LIST, DUE, UNTIL, WHY, COLUMNS };
    static const DbArrayType types[COLUMNS] = {DB_ARRAY_INT8, DB_ARRAY_INT4, DB_ARRAY_TIME,
                                               DB_ARRAY_TIME, DB_ARRAY_INT4};
    DbArray columns[COLUMNS] = {0};
    DbParams params = {0};
    if (count == 0) {
        return STATUS_OK;
    }
    for (int i = 0; i < COLUMNS; i++) {
        db_array_begin(&columns[i], types[i]);
    }
    for (int i = 0; i < count; i++) {
        const LeadDial *lead = &dials->rows[leads[i].row];
        db_array_i64(&columns[LEAD], lead->lead_id);
        db_array_i64(&columns[LIST], lead->list_no);
        db_array_time_or_null(&columns[DUE], dials->before[leads[i].row].due_us);
        db_array_time(&columns[UNTIL], lead->due_us);
        db_array_i64(&columns[WHY], leads[i].why);
    }
    for (int i = 0; i < COLUMNS; i++) {
        db_param_array(&params, &columns[i]);
    }
    db_param_i64(&params, rules->campaign_no);
    db_param_i64(&params, rules->rules_version);
    Status status = db_exec(db, sql_put_off_insert, &params, count, err);
    for (int i = 0; i < COLUMNS; i++) {
        db_array_done(&columns[i]);
    }
    return status;
}

/* ---- coming back ---- */

/* Notes, and the leads that they are about. */
typedef struct Return {
    const PutOffRules *rules;
    DbResult *notes; /* lead_id, due_at, until */
    DbArray lead_ids;
    LeadDials dials;
    int held;
} Return;

static void return_done(Return *all)
{
    db_result_free(all->notes);
    db_array_done(&all->lead_ids);
    lead_dials_done(&all->dials);
}

static Status return_find(Return *all, Db *db, DbArray *list_nos, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, list_nos);
    db_param_i64(&params, all->rules->campaign_no);
    db_param_i64(&params, all->rules->rules_version);
    db_param_i64(&params, PUT_OFF_MOST);
    Status status = db_query_binary(db, sql_put_off_find, &params, &all->notes, err);
    db_array_begin(&all->lead_ids, DB_ARRAY_INT8);
    for (int row = 0; status == STATUS_OK && row < db_rows(all->notes); row++) {
        db_array_i64(&all->lead_ids, db_bin_i64(all->notes, row, 0));
    }
    return status;
}

/* One that is offered, or was moved by anybody else since, is not as the note says. */
static void return_change(Return *all)
{
    for (int row = 0; row < db_rows(all->notes); row++) {
        int found = lead_dials_find(&all->dials, db_bin_i64(all->notes, row, 0));
        LeadDial *lead = found >= 0 ? &all->dials.rows[found] : NULL;
        if (lead != NULL && lead->stage == STAGE_READY &&
            lead->due_us == db_bin_time(all->notes, row, 2)) {
            lead->due_us = db_bin_time(all->notes, row, 1);
            all->dials.changed[found] = true;
        }
    }
}

/* Those of leads that are gone too. One that another transaction holds may come out of it as it
 * was. */
static Status return_forget(Return *all, Db *db, Error *err)
{
    DbArray locked = {0};
    db_array_begin(&locked, DB_ARRAY_INT8);
    for (int row = 0; row < all->dials.count; row++) {
        db_array_i64(&locked, all->dials.rows[row].lead_id);
    }
    DbParams params = {0};
    db_param_array(&params, &all->lead_ids);
    db_param_i64(&params, all->rules->campaign_no);
    db_param_i64(&params, all->rules->rules_version);
    db_param_array(&params, &locked);
    AUTO_RESULT *held = NULL;
    Status status = db_query_binary(db, sql_put_off_delete, &params, &held, err);
    if (status == STATUS_OK) {
        all->held = (int)db_bin_i64(held, 0, 0);
    }
    db_array_done(&locked);
    return status;
}

/* The stage stays, and so do the counters. */
static Status return_leads(Return *all, Db *db, Error *err)
{
    Status status = lead_dials_lock(db, &all->lead_ids, true, &all->dials, err);
    if (status == STATUS_OK) {
        return_change(all);
        status = lead_dials_write(&all->dials, db, err);
    }
    return status == STATUS_OK ? return_forget(all, db, err) : status;
}

static Status return_transaction(Return *all, Db *db, DbArray *list_nos, Error *err)
{
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = lead_begin(tx, err);
    }
    if (status == STATUS_OK) {
        status = return_find(all, tx, list_nos, err);
    }
    if (status != STATUS_OK || db_rows(all->notes) == 0) {
        return status;
    }
    status = return_leads(all, tx, err);
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

Status
put_off_return(Db *db, DbArray *list_nos, const PutOffRules *rules, PutOffReturned *ret, Error *err)
{
    Return all = {.rules = rules};
    Status status = return_transaction(&all, db, list_nos, err);
    if (status == STATUS_OK) {
        *ret = (PutOffReturned){.found = db_rows(all.notes), .held = all.held};
    }
    return_done(&all);
    return status;
}

/* ---- forgetting ---- */

Status put_off_forget(Db *db, int64_t now_us, int64_t *floor_us, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, now_us);
    db_param_time(&params, *floor_us != 0 ? *floor_us : 1);
    db_param_i64(&params, PUT_OFF_MOST);
    AUTO_RESULT *gone = NULL;
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query_binary(tx, sql_put_off_forget, &params, &gone, err);
    }
    if (status == STATUS_OK && db_rows(gone) > 0) {
        status = db_commit(tx, err);
    }
    for (int row = 0; status == STATUS_OK && row < db_rows(gone); row++) {
        int64_t until_us = db_bin_time(gone, row, 0);
        *floor_us = until_us > *floor_us ? until_us : *floor_us;
    }
    return status;
}
