/* dnc_plan.h - what a do-not-call command does to an entry, and entries to leads. Layer:
 * runtime; pure.
 *
 * A number has at most one open entry per campaign, and one for every campaign. An entry holds
 * until it is removed or its time has passed. An add never shortens: an open entry that holds as
 * long as the new one stays as it is, a shorter one is ended ("replaced") and a new one made. */
#pragma once

#include "runtime/lead_dial.h"

enum { DNC_FOREVER = 0, DNC_EVERY_CAMPAIGN = 0 };

/* The open entry of a number for one campaign, as stored. */
typedef struct DncEntry {
    int64_t entry_no;   /* 0: there is none */
    int64_t expires_us; /* DNC_FOREVER, or when it ends */
} DncEntry;

typedef struct DncStep {
    const char *result; /* "added", "exists", "removed", "absent": of the reply */
    const char *end_as; /* end the open entry with this in removed_by; NULL: leave it */
    bool insert;        /* make a new one, after that */
} DncStep;

DncStep dnc_plan_add(const DncEntry *open, int64_t expires_us, int64_t now_us);
/* removed_by: who asks for it. */
DncStep dnc_plan_remove(const DncEntry *open, const char *removed_by, int64_t now_us);

/* A phone that has an entry that holds. campaign_no: or DNC_EVERY_CAMPAIGN. */
typedef struct DncHold {
    int64_t phone;
    int32_t campaign_no;
} DncHold;

/* Makes the lead, whose list is of this campaign, follow the entries. True when that changed it:
 * dnc and stage. */
bool dnc_plan_lead(LeadDial *lead, int32_t campaign_no, const DncHold holds[], int count);
