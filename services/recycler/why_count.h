/* why_count.h - of all leads of a list, how many are not called now, and why. Layer:
 * services/recycler; the command line and the aggregator ask it.
 *
 * The first that applies, as of one lead (why_plan.h): the stages come from the counters, the ready
 * ones are counted by gate, and only those whose number was called just now or is with a dialer are
 * looked at one by one. */
#pragma once

#include "adapters/db.h"
#include "recycler/why_plan.h"

typedef struct WhyCount {
    int64_t at_us;
    int64_t rules_version; /* of the list's campaign */
    int64_t total;
    int64_t leads[WHY_END];
} WhyCount;

/* In a snapshot (db_begin_snapshot), so that the parts sum to the total; zone_check() and
 * law_packs_load() were called. STATUS_BAD_INPUT unknown_list; STATUS_FATAL parts_differ when the
 * record does not agree with itself: `leadspool doctor` says more. */
Status
why_count_read(Db *db, const char *list_id, int64_t at_us, WhyCount *ret, Error *err) MUST_CHECK;
