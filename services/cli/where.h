/* where.h - --where: which leads are meant. Layer: services/cli. */
#pragma once

#include "cli/cli.h"
#include "domain/filter.h"

#define WHERE_OPTION                                                                               \
    {                                                                                              \
        "where", "FILTER",                                                                         \
            "which leads, such as \"status in (NA, B) and attempts < 3 and custom.tier = 'gold'\"" \
    }

/* *ret is NULL when the option was not given, which is a usage error when it is needed. What is
 * wrong in it is pointed at on standard error. */
Status where_read(const Cli *cli, bool needed, Filter **ret, Error *err) MUST_CHECK;
