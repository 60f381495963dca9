/* stats_why.h - of all leads of a list, how many are not called now, and why, by the record. Layer:
 * services/cli. */
#pragma once

#include "cli/cli.h"
#include "recycler/why_count.h"

/* As why_count_read(), in a snapshot of its own. */
Status stats_why_read(Cli *cli, const char *list_id, WhyCount *ret, Error *err) MUST_CHECK;
