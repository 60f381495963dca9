#include "runtime/offer_revoke.h"

#include <stdio.h>

#include "base/mem.h"
#include "sql_queries.h"

/* Of those that were revoked; few, so a plain walk. */
static int row_of_offer(const LeadDials *dials, int64_t offer_id)
{
    for (int i = 0; i < dials->count; i++) {
        if (dials->rows[i].offer_id == offer_id) {
            return i;
        }
    }
    return -1;
}

static Status revoke_ids(Db *db, DbArray *offers, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, offers);
    return db_query_binary(db, sql_offer_revoke, &params, ret, err);
}

/* To the dialer of the campaign that made the offer, whichever has the list by now. */
static void tell_revoked(const LeadTell *tell,
                         const DbResult *revoked,
                         int i,
                         const ListGates *gates,
                         const char *const reasons[])
{
    int64_t offer_id = db_bin_i64(revoked, i, 0);
    int row = row_of_offer(tell->dials, offer_id);
    size_t len = 0;
    const char *campaign_id = db_bytes(revoked, i, 1, &len);
    ListGate gate = *list_gate_of(gates, tell->dials->before[row].list_no);
    snprintf(gate.campaign_id, sizeof gate.campaign_id, "%.*s", (int)len, campaign_id);
    AUTO_FREE char *fields = mem_sprintf(",\"reason\":\"%s\"", reasons[row]);
    lead_tell_offer(tell, row, &gate, "offer.revoked", offer_id, fields);
}

Status offer_revoke(
    const LeadTell *tell, Db *db, const ListGates *gates, const char *const reasons[], Error *err)
{
    const LeadDials *dials = tell->dials;
    DbArray offers = {0};
    db_array_begin(&offers, DB_ARRAY_INT8);
    for (int i = 0; i < dials->count; i++) {
        if (reasons[i] != NULL && dials->rows[i].offer_id != 0) {
            db_array_i64(&offers, dials->rows[i].offer_id);
        }
    }
    AUTO_RESULT *revoked = NULL;
    Status status = offers.count > 0 ? revoke_ids(db, &offers, &revoked, err) : STATUS_OK;
    for (int i = 0; status == STATUS_OK && revoked != NULL && i < db_rows(revoked); i++) {
        tell_revoked(tell, revoked, i, gates, reasons);
    }
    db_array_done(&offers);
    return status;
}

Status offer_revoke_ended(const LeadTell *tell, Db *db, const ListGates *gates, Error *err)
{
    static const char *const reason_of[STAGE_END] = {
        [STAGE_DNC] = "dnc", [STAGE_INVALID] = "invalid", [STAGE_FINISHED] = "finished"};
    const LeadDials *dials = tell->dials;
    AUTO_FREE const char **reasons = mem_alloc((size_t)(dials->count + 1) * sizeof *reasons);
    for (int i = 0; i < dials->count; i++) {
        if (dials->changed[i]) {
            reasons[i] = reason_of[dials->rows[i].stage];
        }
    }
    return offer_revoke(tell, db, gates, reasons, err);
}
