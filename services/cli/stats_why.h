/* stats_why.h - of all leads of a list, how many are not called now, and why. Layer: services/cli.
 *
 * The first that applies, as of one lead (recycler/why_plan.h): the stages come from the counters,
 * the ready ones are counted by gate, and only those whose number was called just now or is with a
 * dialer are looked at one by one. All in one snapshot, so that the parts sum to the total. */
#pragma once

#include "cli/cli.h"
#include "recycler/why_plan.h"

typedef struct StatsWhy {
    int64_t at_us;
    int64_t total;
    int64_t leads[WHY_END];
} StatsWhy;

/* STATUS_BAD_INPUT unknown_list; STATUS_FATAL parts_differ when the record does not agree with
 * itself: `leadspool doctor` says more. */
Status stats_why_read(Cli *cli, const char *list_id, StatsWhy *ret, Error *err) MUST_CHECK;
