/* window_arg.h - calling windows as people write them: mon-fri=09:00-20:00. Layer: services/cli. */
#pragma once

#include <jansson.h>

#include "cli/cli.h"

/* What help says of the option. */
#define WINDOW_OPTION                                                                              \
    {                                                                                              \
        "window", "DAYS=FROM-TO", "mon-fri=09:00-20:00, sat,sun=10:00-16:00; repeated; or none"    \
    }

/* All values of --window as the array that commands carry: days in the order of the week, the times
 * as given. *ret is a new reference, NULL when the option was not given; "none" alone is an empty
 * array. A usage error when one cannot be read. */
Status window_option(const Cli *cli, json_t **ret, Error *err) MUST_CHECK;

/* The other way, for tables: "mon-fri=09:00-20:00 sat=10:00-16:00"; "" for none. */
void window_text(const json_t *windows, StrBuf *buf);
