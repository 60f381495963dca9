/* live_index.h - which lists a campaign has, and which campaigns there are, as sets in Redis.
 * Layer: services/stats.
 *
 * Beside the hashes, not with them: a command may be lost between the two, and the sweep finds it.
 */
#pragma once

#include "stats/live_store.h"

/* What was stored of lists moves the sets: in where the campaign now is, out of where it was. A
 * list that is gone takes its other key along. Others than lists are passed over. */
Status
live_index_lists(LiveStore *store, const LiveWrite writes[], int count, Error *err) MUST_CHECK;
