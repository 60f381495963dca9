/* stats_state.h - what the aggregator keeps. Layer: services/stats.
 *
 * health is shared by all threads (live_health.h has its lock); store and projection are the
 * loop's; clock's thread and each job have connections of their own. */
#pragma once

#include "base/config.h"
#include "runtime/service.h"
#include "stats/live_health.h"
#include "stats/live_store.h"
#include "stats/projection.h"
#include "stats/stats_clock.h"

typedef struct StatsState {
    const Config *cfg; /* borrowed */
    LiveHealth health;
    LiveStore *store;
    Projection *projection;
    StatsClock *clock;
} StatsState;

Status stats_state_open(const Config *cfg, void **ret, Error *err) MUST_CHECK;
void stats_state_close(void *state);
Status stats_begin(const ServiceParts *parts, Error *err) MUST_CHECK;
void stats_end(void *state);
bool stats_ready(void *state, StrBuf *reasons);
