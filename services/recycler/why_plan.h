/* why_plan.h - why is a lead not called at a time? Layer: services/recycler; pure.
 *
 * The reasons in their precedence: the first that applies is the answer, for one lead
 * (`leadspool explain`) as for the histogram of a list (`leadspool stats --why`). The first five
 * are the lead's stage; what follows splits those that are ready. */
#pragma once

#include "recycler/topup_plan.h"

typedef enum Why {
    WHY_DNC,
    WHY_INVALID,
    WHY_FINISHED,
    WHY_EXHAUSTED,
    WHY_OFFERED,
    WHY_LIST_PAUSED, /* or being deleted */
    WHY_CAMPAIGN_PAUSED,
    WHY_ZONE_UNKNOWN,
    WHY_NOT_DUE,
    WHY_OUTSIDE_HOURS,
    WHY_NUMBER_CAP,     /* as many calls to the number as campaign or law allow */
    WHY_NUMBER_GAP,     /* the last call to the number was just now */
    WHY_NUMBER_OFFERED, /* the number is with a dialer, for another lead */
    WHY_CAMPAIGN_HELD,  /* nothing but that its campaign is not topped up */
    WHY_DIALABLE_NOW,
    WHY_END,
} Why;

/* "dnc", ... "dialable_now": as in messages; what it means, for people. */
const char *why_name(Why why);
const char *why_text(Why why);

/* Of a lead that was put off and whose hours are open. TOPUP_BY_RULE: it is not due. */
Why why_of_put_off(TopupWhy why);

/* Of a stage; WHY_DIALABLE_NOW for ready ones, of which more is to be asked. */
Why why_of_stage(Stage stage);

/* All borrowed. lead: as in topup_plan.h, of which found is not used and now_us is the time that is
 * asked about; calls_us are those before it. Beyond now_us of the record, an entry or an offer that
 * will have ended by then is not in the way. */
typedef struct WhyFacts {
    TopupFacts lead;
    bool list_active;
    bool campaign_held;     /* the campaign is not topped up, or by a probe at most; at known_us */
    int64_t entry_until_us; /* 0: no entry holds; CALLING_NEVER: without end */
    int64_t offer_until_us; /* held_until of the lead's open offer; 0: none is open */
    int64_t busy_until_us;  /* the same of an offer of the number for another lead */
    int64_t known_us;       /* when the record was read */
    TopupWhy put_off;       /* what a top-up moved its due time for; TOPUP_BY_RULE: none did */
} WhyFacts;

typedef struct WhyAnswer {
    Why why;
    int64_t until_us; /* when that ends; of WHY_DIALABLE_NOW too. 0: nothing tells it */
} WhyAnswer;

void why_plan(const WhyFacts *facts, WhyAnswer *ret);

/* What splits ready leads that are due and whose hours are open: cap, gap, or neither.
 * *ret_until_us is 0 when neither. */
Why why_of_calls(const TopupFacts *facts, int64_t *ret_until_us);
