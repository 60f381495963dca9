/* import_command.h - list.import: looks at the file, then makes the job. Layer: services/importer.
 */
#pragma once

#include "adapters/db.h"
#include "importer/import_spec.h"
#include "importer/list_store.h"
#include "runtime/work.h"

Status import_command_apply(Work *work, Error *err);

/* The same reading and looking, for a dry run: data as of the message. cfg: inbox, lanes, chunk
 * size. */
Status import_command_spec(const json_t *data,
                           const Config *cfg,
                           const List *list,
                           ImportSpec *ret,
                           Error *err) MUST_CHECK;
