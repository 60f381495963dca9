/* topup_plan.h - may this lead be offered now? Layer: services/recycler; pure.
 *
 * Asked with the number and the lead locked: what is allowed here holds at the moment the offer is
 * made (DESIGN: nobody is called who may not be). */
#pragma once

#include "domain/campaign_rules.h"
#include "runtime/lead_dial.h"

typedef enum TopupVerdict {
    TOPUP_OFFER,
    TOPUP_STALE,     /* its row in the queue is not what the lead says: to be taken out */
    TOPUP_DNC,       /* its number is on a do-not-call list: it turns dnc */
    TOPUP_EXHAUSTED, /* by the rules that hold now */
    TOPUP_LATER,     /* later_us: a cap, the gap, a closed hour, or its number is offered already */
    TOPUP_NEVER,     /* no time is open that we know of */
} TopupVerdict;

/* What a lead is put off by; the numbers are those of put_off.why. */
typedef enum TopupWhy {
    TOPUP_BY_RULE = 0, /* its next call is not due by the rules of now */
    TOPUP_BY_HOURS = 1,
    TOPUP_BY_CAP = 2,
    TOPUP_BY_GAP = 3,
    TOPUP_BY_OFFER = 4, /* of its number */
} TopupWhy;

/* All borrowed. */
typedef struct TopupFacts {
    const LeadDial *lead;
    const ReadyKey *found; /* the row of the queue that named it */
    const CampaignRules *rules;
    const Hours *list_hours; /* NULL: none */
    const CallingPlace *place;
    bool dnc;            /* its number has an entry that holds */
    bool number_offered; /* an offer of its number is open */
    const int64_t
        *calls_us; /* starts of calls to its number, newest first, in the longest window */
    int call_count;
    int64_t now_us;
} TopupFacts;

typedef struct TopupDecision {
    TopupVerdict verdict;
    TopupWhy why; /* of TOPUP_LATER, TOPUP_NEVER */
    int64_t later_us;
    int64_t not_after_us; /* of the offer: before the lead's hours close */
} TopupDecision;

void topup_decide(const TopupFacts *facts, TopupDecision *ret);

/* How far back calls to a number matter, for any place: the longest window of the campaign and of
 * its law, and the gap. */
int64_t topup_calls_window_us(const CampaignRules *rules, int64_t now_us);

/* The first moment, from now_us on, at which caps and gap allow another call; and each alone. */
int64_t topup_cap_free_us(const TopupFacts *facts);
int64_t topup_caps_free_us(const TopupFacts *facts);
int64_t topup_gap_free_us(const TopupFacts *facts);

/* The rule that a lead waits by; NULL: it has none, or was not called in this pass. */
const RecycleRule *topup_rule(const TopupFacts *facts);
/* When the rules that hold now let a lead that was called be called again, calling hours left out.
 * Never later than what was told when it was called, unless they changed. */
RecycleDue topup_recycled(const TopupFacts *facts);
