/* put_off.h - leads that a top-up put off come back when the rules move. Layer: services/recycler.
 *
 * A top-up that may not offer a lead moves its due time: to when a cap or the gap of its number
 * lets it be called, or a window opens. That follows from the rules of then, so the top-up notes it
 * (put_off) and why, for who asks; and once the campaign's rules have another version, or the list
 * is another campaign's, the lead is due as it was before. The next top-up decides anew. Notes are
 * forgotten when their time has come. A note that is lost costs a wait until then, nothing else. */
#pragma once

#include "adapters/db.h"
#include "recycler/topup_plan.h"
#include "runtime/lead_dial.h"

enum { PUT_OFF_MOST = 500 };

/* Whose leads, by which rules. */
typedef struct PutOffRules {
    int32_t campaign_no;
    int64_t rules_version;
} PutOffRules;

typedef struct PutOffLead {
    int row; /* in dials */
    TopupWhy why;
} PutOffLead;

/* In the transaction that puts them off, with the leads locked and changed: notes those. */
Status put_off_note(const LeadDials *dials,
                    const PutOffLead leads[],
                    int count,
                    const PutOffRules *rules,
                    Db *db,
                    Error *err) MUST_CHECK;

typedef struct PutOffReturned {
    int found; /* PUT_OFF_MOST: there may be others */
    int held;  /* of these: by another transaction. Their notes stay, for a later call */
} PutOffReturned;

/* One transaction: leads of these lists (int4 array) that wait by other rules are due as before. */
Status put_off_return(Db *db,
                      DbArray *list_nos,
                      const PutOffRules *rules,
                      PutOffReturned *ret,
                      Error *err) MUST_CHECK;

/* One transaction: forgets a batch of those whose time has come. *floor_us: 0 at first; kept from
 * one call to the next. */
Status put_off_forget(Db *db, int64_t now_us, int64_t *floor_us, Error *err) MUST_CHECK;
