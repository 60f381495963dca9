/* stats_counters.h - the counters of a list (--list) or a campaign (--campaign): as Redis shows
 * them, else by the record, and source says which. Layer: services/cli; reads only. */
#pragma once

#include "cli/live_read.h"

/* live NULL: by the record. */
Status stats_counters(Cli *cli, LiveRead *live, Error *err) MUST_CHECK;
/* The same again with each change, until Ctrl-C. */
Status stats_counters_watch(Cli *cli, LiveRead *live, Error *err) MUST_CHECK;
