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
 * filter says so: by the stage, or by its very status, outside of a `not`. */
bool reset_names(const Filter *filter, const LeadDial *lead);

/* The same of all leads at once: whether the filter names finished ones, invalid ones, and the
 * statuses that it names (borrowed of it). *ret begins zeroed. */
enum { RESET_STATUSES_MAX = 256 };
typedef struct ResetNamed {
    bool finished;
    bool invalid;
    const char *statuses[RESET_STATUSES_MAX];
    int status_count;
} ResetNamed;
bool reset_named(const Filter *filter, ResetNamed *ret); /* false: some were left out */

/* Begins a new pass: as a lead that was never called, but for its calls in all, the open offer and
 * do-not-call entries. Changes *lead with RESET_DONE only. */
ResetFate reset_plan(LeadDial *lead, const Filter *filter, bool skip_offered);
