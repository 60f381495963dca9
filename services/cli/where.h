/* where.h - --where: which leads are meant, and how many they are. Layer: services/cli. */
#pragma once

#include "cli/cli.h"
#include "cli/table.h"
#include "domain/filter.h"

#define WHERE_OPTION                                                                               \
    {                                                                                              \
        "where", "FILTER",                                                                         \
            "which leads, such as \"status in (NA, B) and attempts < 3 and custom.tier = 'gold'\"" \
    }

/* *ret is NULL when the option was not given, which is a usage error when it is needed. */
Status where_read(const Cli *cli, bool needed, Filter **ret, Error *err) MUST_CHECK;

/* Adds a row to a table with the columns list_id, leads, called, and one for each of ready,
 * exhausted, offered, finished, invalid, dnc: leads of the list that meet the filter. leads: their
 * number as text. */
Status where_count(Cli *cli,
                   const char *list_id,
                   const Filter *filter,
                   Table *table,
                   char ret_leads[24],
                   Error *err) MUST_CHECK;
