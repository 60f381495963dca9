/* outcome_plan.h - what a dialer's word does to an offer and its lead. Layer: services/recycler;
 * pure.
 *
 * Calls may be told late, twice and in any order: what a lead comes to is the same for every order.
 * Every call counts. Status and hold tell of one of them, the deciding call: a final one before any
 * other, then the one that started last. */
#pragma once

#include "domain/campaign_rules.h"
#include "recycler/offer_store.h"
#include "recycler/outcome_read.h"
#include "runtime/lead_dial.h"

/* A call, as the ledger has it. */
typedef struct OutcomeCall {
    const Disposition *disposition;   /* NULL: nobody defined the code */
    char code[DISPOSITION_CODE_SIZE]; /* of that disposition, else LEAD_STATUS_UNMAPPED */
    bool other_number;                /* it went to a number that is not the lead's any more */
    int64_t started_us;               /* between the offer and the outcome's arrival */
    int64_t ended_us;
} OutcomeCall;

/* rules: of the call's campaign; NULL when nothing tells it. offer: NULL when it is not known. */
void outcome_call(const OutcomeSaid *said,
                  const CampaignRules *rules,
                  const Offer *offer,
                  int64_t now_us,
                  OutcomeCall *ret);

enum { OUTCOME_STARTS_MAX = 16 };

/* What the lead needs for its next call. starts_us: of its last calls, the one that is applied
 * among them, where a rule has a distance; else none. */
typedef struct OutcomeNext {
    const CampaignRules *rules; /* of the lead's campaign */
    const Hours *list_hours;
    const CallingPlace *place;
    int64_t starts_us[OUTCOME_STARTS_MAX];
    int start_count;
} OutcomeNext;

/* One more call: counts, status, hold, due time and stage. */
void outcome_apply_call(LeadDial *lead,
                        const OutcomeSaid *said,
                        const OutcomeCall *call,
                        const OutcomeNext *next);

/* When the deciding call ended, as far as it is known. */
int64_t outcome_decided_end(const LeadDial *lead);

/* A call of the ledger, on a lead that was told of none or some of the others: what it decides, as
 * outcome_apply_call() would; without the time for a call back, which the ledger does not have. */
void outcome_decide(LeadDial *lead, const OutcomeCall *call);

/* A call that was counted as UNMAPPED, and whose code is defined by now: what it decides, it
 * decides as if it had been so when it came. Counts, due time and stage are the caller's. */
void outcome_redefine_call(LeadDial *lead, const OutcomeCall *call);

/* call.started. Of an offer that was given up meanwhile it is remembered, so that the call counts
 * for caps until it is told how it ended. */
void outcome_start(Offer *offer, const OutcomeSaid *said, int64_t now_us);
/* offer.released: true when the offer is ended by it; a started call goes on. */
bool outcome_release(Offer *offer, LeadDial *lead, int64_t now_us);
