/* dry_run_verb.h - import --dry-run: the importer's own reading, in this process. Layer:
 * services/cli. */
#pragma once

#include <jansson.h>

#include "cli/cli.h"

/* command: the data of list.import, without file: that is the verb's word, wherever it lies. */
Status dry_run_verb(Cli *cli, json_t *command, Error *err) MUST_CHECK;
