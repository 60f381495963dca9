/* lead_ids.h - --ids and --ids-from: leads by their numbers. Layer: services/cli. */
#pragma once

#include <jansson.h>

#include "cli/cli.h"

#define LEAD_IDS_OPTIONS                                                                           \
    {"ids", "LEAD_ID,…", "these leads, in place of --where"},                                      \
    {                                                                                              \
        "ids-from", "FILE", "the same out of a file, by comma or line; - reads standard input"     \
    }

/* A new array of decimal strings, as commands have them, each number once; NULL when neither option
 * was given. Numbers stand between commas, blanks and line ends; a first word lead_id, the head of
 * an export, is passed over. Usage errors: both options, a word that is no number, a NUL byte,
 * none at all, or more than most. */
Status lead_ids_read(const Cli *cli, size_t most, json_t **ret, Error *err) MUST_CHECK;
