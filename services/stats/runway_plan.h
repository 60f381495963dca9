/* runway_plan.h - when does a list run dry? Layer: services/stats; pure.
 *
 *   calls an hour   those of this hour so far, and of the hour before as much as this one lacks
 *   calls a lead    calls of the last two days for each lead that ended since, from 1 to 20; while
 *                   none has ended, 3 (what the default rules allow)
 *   runway          (dialable + offered leads) * calls a lead / calls an hour
 *
 * A list of leads that were never called runs dry later than one of leads that were called often,
 * which this does not see: it says how long the work lasts at the present pace, to the hour. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { RUNWAY_HOURS = 48 };

typedef struct RunwayFacts {
    int64_t dialable;
    int64_t offered;
    int64_t attempted;              /* leads with a call in this pass */
    int64_t ended;                  /* leads that are not called any more */
    int64_t attempts[RUNWAY_HOURS]; /* by the hour, the last is the present one */
    int64_t now_us;
} RunwayFacts;

typedef struct Runway {
    double calls_per_hour;
    double calls_per_lead;
    bool known;       /* false: nobody calls, so that nothing runs dry */
    int64_t runway_s; /* when known */
} Runway;

void runway_plan(const RunwayFacts *facts, Runway *ret);
