/* dry_run.h - an import that writes nothing: what would become of a file. Layer: services/importer.
 *
 * Reads the file, the list and the do-not-call entries as an import would, in one thread. Each
 * table that grows takes at most cfg->import_set_mib: phones of the list beyond that are asked of
 * the database; phones and external ids of the file lie in files without a name in cfg->outbox
 * (under update with external ids three of them, else two). */
#pragma once

#include <jansson.h>

#include "adapters/db.h"
#include "base/config.h"

/* command: the data of a list.import message, file beneath cfg->inbox. *ret_report is a new
 * reference:
 *
 *   {"list_id", "file", "encoding", "delimiter", "header", "mapping": {field: column},
 *    "columns": [{"column", "name", "field"}],    field null: not mapped
 *    "rows", "inserted", "updated", "duplicate", "duplicate_in_file", "duplicate_in_list",
 *    "duplicate_in_campaign", "rejected", "unverified", "dnc",
 *    "erased",    numbers of leads it would make that were erased; dnc counts most of them, too
 *    "problems": {code: rows}, "first_rows": [{field: value}], "first_problems": [{row, code,
 * column, reason}]}
 *
 * Under update, a row that meets a lead with another external id counts as updated here; the import
 * rejects it. Errors as those that reject list.import. */
Status dry_run(const Config *cfg, Db *db, const json_t *command, json_t **ret_report, Error *err)
    MUST_CHECK;
