/* stats_why.h - of all leads of a list (--list), how many are not called now, and why: as
 * leadspool-stats counted them last where the list has as many leads as then, else by the record.
 * Layer: services/cli; reads only. */
#pragma once

#include "cli/live_read.h"

/* live NULL: by the record. */
Status stats_why(Cli *cli, LiveRead *live, Error *err) MUST_CHECK;
