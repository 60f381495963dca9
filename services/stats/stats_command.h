/* stats_command.h - stats.rebuild and stats.reconcile become jobs. Layer: services/stats. */
#pragma once

#include "runtime/work.h"

#define STATS_REBUILD_KIND   "stats.rebuild"
#define STATS_RECONCILE_KIND "stats.reconcile"

/* stats.rebuild {list_id?}: write it, or all, into Redis again. */
Status stats_rebuild_apply(Work *work, Error *err);
/* stats.reconcile {list_id?, repair?}: recount it, or all, and compare. */
Status stats_reconcile_apply(Work *work, Error *err);
