#include "recycler/stray.h"

#include "base/mem.h"
#include "runtime/offer_revoke.h"
#include "sql_queries.h"

enum { STRAY_MOST = 500 };

static Status find_stray(const Stray *stray, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, stray->campaign_nos);
    db_param_i64(&params, STRAY_MOST);
    return db_query(stray->db, sql_offer_stray, &params, ret, err);
}

static Status lock_leads(const Stray *stray, const DbResult *found, LeadDials *ret, Error *err)
{
    DbArray ids = {0};
    db_array_begin(&ids, DB_ARRAY_INT8);
    for (int row = 0; row < db_rows(found); row++) {
        db_array_i64(&ids, db_i64(found, row, 1));
    }
    Status status = lead_begin(stray->db, err);
    if (status == STATUS_OK) {
        status = lead_dials_lock(stray->db, &ids, false, ret, err);
    }
    db_array_done(&ids);
    return status;
}

/* Their versions rise, so that what is told of them is newer than the offer. */
static void choose(const DbResult *found, LeadDials *dials, const char *reasons[])
{
    for (int row = 0; row < db_rows(found); row++) {
        int lead = lead_dials_find(dials, db_i64(found, row, 1));
        if (lead >= 0 && dials->rows[lead].offer_id == db_i64(found, row, 0)) {
            reasons[lead] = db_text(found, row, 2);
            dials->changed[lead] = true;
        }
    }
}

static Status revoke(const Stray *stray, const DbResult *found, LeadDials *dials, Error *err)
{
    AUTO_FREE const char **reasons = mem_alloc((size_t)(dials->count + 1) * sizeof *reasons);
    AUTO_GATES gates = {0};
    LeadTell tell = {.outbox = stray->outbox, .dials = dials};
    choose(found, dials, reasons);
    Status status = lead_dials_write(dials, stray->db, err);
    if (status == STATUS_OK) {
        status = lead_dials_apply(dials, stray->db, stray->outbox, &gates, err);
    }
    return status == STATUS_OK ? offer_revoke(&tell, stray->db, &gates, reasons, err) : status;
}

static Status stray_work(const Stray *stray, bool *ret_more, Error *err)
{
    AUTO_RESULT *found = NULL;
    AUTO_LEAD_DIALS dials = {0};
    Status status = find_stray(stray, &found, err);
    if (status != STATUS_OK || db_rows(found) == 0) {
        *ret_more = false;
        return status;
    }
    status = lock_leads(stray, found, &dials, err);
    *ret_more =
        db_rows(found) == STRAY_MOST && dials.count > 0; /* of leads that are gone: no end */
    if (status == STATUS_OK) {
        status = revoke(stray, found, &dials, err);
    }
    return status == STATUS_OK ? outbox_store(stray->outbox, stray->db, err) : status;
}

Status stray_run(const Stray *stray, bool *ret_more, Error *err)
{
    AUTO_TX Db *tx = stray->db;
    bool more = false;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(stray->outbox, db_epoch(tx), stray->now_us);
        status = stray_work(stray, &more, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    if (status == STATUS_OK) {
        *ret_more = more;
    }
    return status;
}
