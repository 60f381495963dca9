/* topup_store.h - the SQL of a top-up. Layer: services/recycler. */
#pragma once

#include "recycler/topup.h"
#include "recycler/topup_plan.h"
#include "runtime/lead_dial.h"

/* A lead that may be offered, on its way through a top-up. */
typedef struct TopupLead {
    int64_t lead_id;
    int64_t due_us;
    int64_t phone;     /* 0: the lead is gone */
    int64_t number_id; /* 0: the number has no row yet */
    int group;         /* index in TopupFound.groups */
    int row;           /* in the locked leads; -1: another transaction has it */
    TopupDecision decision;
    int64_t offer_id;
} TopupLead;

/* What the locked numbers say: entries, open offers, calls. Results are binary and sorted. */
typedef struct TopupNumbers {
    DbResult *locked; /* number_id, phone */
    DbResult *holds;  /* phone, campaign or 0 */
    DbResult *open;   /* number_id */
    DbResult *calls;  /* number_id, started_at: newest first; NULL: no cap asks for them */
} TopupNumbers;
void topup_numbers_done(TopupNumbers *numbers);

/* At most so many of one group. */
int topup_group_limit(const Topup *topup, int group_count);
/* In a transaction: leads of found's groups, at most topup->want. */
Status topup_pick(const Topup *topup, TopupFound *found, Error *err) MUST_CHECK;
/* Locks the numbers of these leads (those that are free) and reads what they say. */
Status topup_lock_numbers(const Topup *topup,
                          const TopupLead leads[],
                          int count,
                          TopupNumbers *ret,
                          Error *err) MUST_CHECK;
/* Draws ids for those to be offered, and inserts their offers. groups: of TopupFound. */
Status topup_insert_offers(const Topup *topup,
                           const HopperGroup groups[],
                           TopupLead leads[],
                           int count,
                           Error *err) MUST_CHECK;
/* Windows of the lists of these gates, as text: list_no, windows. */
Status
topup_read_hours(const Topup *topup, const ListGates *gates, DbResult **ret, Error *err) MUST_CHECK;
