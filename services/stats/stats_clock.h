/* stats_clock.h - what the aggregator does without being told. Layer: services/stats.
 *
 *   five times a second: does Redis answer? the lease; a debt, a lost marker, another Redis: all
 *                        lists again
 *   every five minutes:  all lists and jobs again, and what nobody knows goes (live_sweep.h)
 *
 * and beside it, each in a thread with connections of its own (live_loop.h), so that none of that
 * waits for them:
 *
 *   every second:        sums of campaigns that changed (campaign_live.h)
 *   at a set pace:       what a list shows with a time (now_live.h)
 *
 * All but the first is done by the one process that has the lease; two that believe so do no harm.
 */
#pragma once

#include "runtime/service.h"
#include "stats/live_health.h"

typedef struct StatsClock StatsClock;

/* All borrowed for its life. */
Status stats_clock_start(const ServiceParts *parts,
                         LiveHealth *health,
                         StatsClock **ret,
                         Error *err) MUST_CHECK;
/* Waits for the round under way, for a few seconds. NULL is allowed. */
void stats_clock_stop(StatsClock *clock);
