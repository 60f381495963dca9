/* reset_plan.h - what list.reset makes of a lead. Layer: services/recycler; pure. */
#pragma once

#include "domain/filter.h"
#include "runtime/lead_dial.h"

typedef enum ResetFate {
    RESET_DONE,
    RESET_KEPT_DNC,     /* never */
    RESET_KEPT_OFFERED, /* with a dialer, and those are to be left */
    RESET_KEPT_ENDED,   /* finished or invalid, and the filter does not name that */
    RESET_UNCHANGED,    /* in its first call's wait already */
} ResetFate;

/* A lead whose last call ended for good, or whose number is not dialable, is reset only when the
 * filter says so: by a condition that it meets on its stage, its status or its last call's
 * disposition (filter_named_sql()). */
bool reset_names(const Filter *leaf);

/* Begins a new pass: as a lead that was never called, but for its calls in all, the open offer and
 * do-not-call entries. named: by reset_names(). Changes *lead with RESET_DONE only. */
ResetFate reset_plan(LeadDial *lead, bool named, bool skip_offered);
