/* where_arg.h - the option --where: a filter as text. Layer: services/cli. */
#pragma once

#include <jansson.h>

#include "cli/cli.h"

#define WHERE_OPTION                                                                               \
    {                                                                                              \
        "where", "FILTER", "which leads: \"status in (NA, BUSY) and attempts < 3\""                \
    }

/* *ret is the tree as commands have it (schemas/messages/filter.json), or NULL without the option.
 * A usage error otherwise, with the place pointed at on standard error. */
Status where_arg(const Cli *cli, json_t **ret, Error *err) MUST_CHECK;
