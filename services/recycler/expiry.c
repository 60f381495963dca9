#include "recycler/expiry.h"

#include <string.h>

#include "base/guard.h"
#include "recycler/clock_off.h"
#include "recycler/offer_store.h"
#include "runtime/lead_tell.h"
#include "runtime/number_store.h"
#include "sql_queries.h"

enum { EXPIRY_MOST = 500 };

typedef struct Lapsed {
    DbArray offer_ids;
    DbArray lead_ids;
    DbArray number_ids;
} Lapsed;

static void lapsed_done(Lapsed *lapsed)
{
    db_array_done(&lapsed->offer_ids);
    db_array_done(&lapsed->lead_ids);
    db_array_done(&lapsed->number_ids);
}

static Status find_lapsed(const Expiry *expiry, Lapsed *ret, Error *err)
{
    DbParams params = {0};
    db_param_time(&params, expiry->complete_until_us);
    db_param_i64(&params, EXPIRY_MOST);
    AUTO_RESULT *result = NULL;
    Status status = db_query_binary(expiry->db, sql_offer_lapsed, &params, &result, err);
    db_array_begin(&ret->offer_ids, DB_ARRAY_INT8);
    db_array_begin(&ret->lead_ids, DB_ARRAY_INT8);
    db_array_begin(&ret->number_ids, DB_ARRAY_INT8);
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        db_array_i64(&ret->offer_ids, db_bin_i64(result, row, 0));
        db_array_i64(&ret->lead_ids, db_bin_i64(result, row, 1));
        db_array_i64(&ret->number_ids, db_bin_i64(result, row, 2));
    }
    return status;
}

static Status
lock_lapsed(const Expiry *expiry, Lapsed *lapsed, LeadDials *dials, Offers *offers, Error *err)
{
    AUTO_RESULT *locked = NULL;
    Status status = clock_off_begin(expiry->db, expiry->now_us, err);
    if (status == STATUS_OK) {
        status = number_lock(expiry->db, &lapsed->number_ids, false, &locked, err);
    }
    if (status == STATUS_OK) {
        status = lead_dials_lock(expiry->db, &lapsed->lead_ids, false, dials, err);
    }
    return status == STATUS_OK ? offers_read(expiry->db, &lapsed->offer_ids, offers, err) : status;
}

static void end_offers(const Expiry *expiry, LeadDials *dials, Offers *offers)
{
    for (int i = 0; i < offers->count; i++) {
        Offer *offer = &offers->rows[i];
        bool over =
            offer->state != OFFER_ENDED && offer->held_until_us <= expiry->complete_until_us;
        if (!over && !BROKEN(OFFER_LAPSE)) {
            continue; /* answered, or started, between look and lock */
        }
        offer_end(offer, offer->state == OFFER_STARTED ? "lapsed" : "expired", expiry->now_us);
        int row = lead_dials_find(dials, offer->lead_id);
        if (row >= 0 && dials->rows[row].offer_id == offer->offer_id) {
            dials->rows[row].offer_id = 0;
            if (dials->rows[row].due_us < expiry->now_us) {
                dials->rows[row].due_us = expiry->now_us;
            }
            lead_dial_restage(&dials->rows[row]);
            dials->changed[row] = true;
        }
    }
}

static void tell(const Expiry *expiry, LeadDials *dials, const Offers *offers, ListGates *gates)
{
    LeadTell tell = {.outbox = expiry->outbox, .dials = dials};
    for (int i = 0; i < offers->count; i++) {
        const Offer *offer = &offers->rows[i];
        int row = offer->changed ? lead_dials_find(dials, offer->lead_id) : -1;
        if (row >= 0 && dials->changed[row] && dials->before[row].offer_id == offer->offer_id) {
            ListGate gate = *list_gate_of(gates, dials->rows[row].list_no);
            memcpy(gate.campaign_id, offer->campaign_id, sizeof gate.campaign_id);
            lead_tell_offer(&tell, row, &gate, "offer.expired", offer->offer_id, "");
        }
    }
}

static Status end_lapsed(const Expiry *expiry, Lapsed *lapsed, Error *err)
{
    AUTO_LEAD_DIALS dials = {0};
    AUTO_OFFERS offers = {0};
    AUTO_GATES gates = {0};
    Status status = lock_lapsed(expiry, lapsed, &dials, &offers, err);
    if (status == STATUS_OK) {
        end_offers(expiry, &dials, &offers);
        status = offers_write(&offers, expiry->db, err);
    }
    if (status == STATUS_OK) {
        status = lead_dials_write(&dials, expiry->db, err);
    }
    if (status == STATUS_OK) {
        status = lead_dials_apply(&dials, expiry->db, expiry->outbox, &gates, err);
    }
    if (status == STATUS_OK) {
        tell(expiry, &dials, &offers, &gates);
        status = outbox_store(expiry->outbox, expiry->db, err);
    }
    return status;
}

static Status expiry_transaction(const Expiry *expiry, Lapsed *lapsed, Error *err)
{
    AUTO_TX Db *tx = expiry->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        outbox_reset(expiry->outbox, db_epoch(tx), expiry->now_us);
        status = find_lapsed(expiry, lapsed, err);
    }
    if (status == STATUS_OK && lapsed->offer_ids.count > 0) {
        status = end_lapsed(expiry, lapsed, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

Status expiry_run(const Expiry *expiry, bool *ret_more, Error *err)
{
    Lapsed lapsed = {0};
    Status status = expiry_transaction(expiry, &lapsed, err);
    if (status == STATUS_OK) {
        *ret_more = lapsed.offer_ids.count == EXPIRY_MOST;
    }
    lapsed_done(&lapsed);
    return status;
}
