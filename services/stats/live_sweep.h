/* live_sweep.h - keys of the namespace that nobody knows go. Layer: services/stats.
 *
 * Goes over all keys under the prefix (SCAN), a few hundred at a time: those of lists, campaigns
 * and jobs that are not in the record (live_gone.h), and those with a name that is none of ours
 * (live_key.h). What says that a list was deleted stays until it expires. Members of the index sets
 * are looked at, too. */
#pragma once

#include "stats/rebuild.h"

/* The lists and jobs of the record first, without the marker. */
Status live_sweep(Rebuild *rebuild, int64_t *ret_removed, Error *err) MUST_CHECK;
