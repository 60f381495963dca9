#include "importer/upsert_offers.h"

#include "base/mem.h"
#include "runtime/offer_revoke.h"

static void add_leads(const UpsertPlan *plan, DbArray *ids)
{
    db_array_begin(ids, DB_ARRAY_INT8);
    for (int i = 0; i < plan->lead_count; i++) {
        if (plan->leads[i]->renumbered && plan->leads[i]->row.offer_id != 0) {
            db_array_i64(ids, plan->leads[i]->row.lead_id);
        }
    }
}

/* The leads are locked by this transaction already: this reads them as they are now. */
static Status revoke(DbArray *ids, Work *work, const ListGates *gates, Error *err)
{
    AUTO_LEAD_DIALS dials = {0};
    Status status = lead_dials_lock(work->db, ids, false, &dials, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_FREE const char **reasons = mem_alloc((size_t)(dials.count + 1) * sizeof *reasons);
    for (int i = 0; i < dials.count; i++) {
        reasons[i] = "phone_changed";
    }
    LeadTell tell = {.outbox = work->outbox, .dials = &dials};
    return offer_revoke(&tell, work->db, gates, reasons, err);
}

Status upsert_revoke_offers(const UpsertPlan *plan, Work *work, const ListGates *gates, Error *err)
{
    DbArray ids = {0};
    add_leads(plan, &ids);
    Status status = ids.count > 0 ? revoke(&ids, work, gates, err) : STATUS_OK;
    db_array_done(&ids);
    return status;
}
