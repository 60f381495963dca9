/* export_count.h - how many rows an export would have. Layer: services/cli. */
#pragma once

#include <jansson.h>

#include "cli/cli.h"

/* data: of list.export, checked by export_spec_read(). STATUS_BAD_INPUT with code unknown_list and
 * those of export_find_rejects(). */
Status export_count(Cli *cli, const json_t *data, int64_t *ret_rows, Error *err) MUST_CHECK;
