/* projection.h - list.stats and job events into Redis, a batch at a time. Layer: services/stats.
 *
 *   prepare: of each list and job the newest ─▶ live_store, then the indexes
 *   apply:   positions move; when Redis did not take the batch, the debt is written down with them
 *
 * So reading never waits for Redis. Positions may be ahead of it, for PostgreSQL has it all:
 * whoever sees a debt (stats_projection.wanted above done) writes all lists again (rebuild.h). What
 * Redis shows is never ahead of PostgreSQL: a message is read after its commit. */
#pragma once

#include "runtime/work.h"

enum { PROJECTION_MOST = 500 };

typedef struct Projection Projection;
Projection *projection_new(void);
void projection_free(Projection *projection);

/* The handler of list.stats and of what jobs tell; Work.service is the StatsState. */
Status projection_prepare(Work *work, Error *err);
Status projection_apply(Work *work, Error *err);
