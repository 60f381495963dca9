/* export_store.h - what an export asks of the record beside its rows. Layer: services/exporter. */
#pragma once

#include "adapters/db.h"
#include "exporter/export_spec.h"

/* *ret_list_no is 0 when there is no such list, or it was deleted and has no more of this: its
 * calls and the reject files of its imports stay. */
Status export_find_list(Db *db,
                        const ExportSpec *spec,
                        int32_t *ret_list_no,
                        int32_t *ret_campaign_no,
                        Error *err) MUST_CHECK;

/* The list as a snapshot has it; a deleted one as it ended. */
typedef struct ExportLook {
    int64_t version;
    int64_t total;
    int64_t epoch;
} ExportLook;
/* STATUS_BAD_INPUT with code list_gone. */
Status
export_look(Db *db, int32_t list_no, ExportWhat what, ExportLook *ret, Error *err) MUST_CHECK;

/* Names of the custom fields that the list's leads have: at most most of them in the first column.
 * *ret_total: how many there are. */
Status export_custom_keys(
    Db *db, int32_t list_no, int most, DbResult **ret, int64_t *ret_total, Error *err) MUST_CHECK;

/* The reject file of an import of that list; the caller frees *ret_name. STATUS_BAD_INPUT with code
 * unknown_job (none of that list's imports), job_open (it has not ended) or no_rejects. */
Status export_find_rejects(Db *db,
                           int64_t import_no,
                           int32_t list_no,
                           char **ret_name,
                           int64_t *ret_rows,
                           Error *err) MUST_CHECK;
