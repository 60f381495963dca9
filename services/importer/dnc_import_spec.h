/* dnc_import_spec.h - what a dnc.import was asked to do, complete; stored on its job as JSON.
 * Layer: services/importer; pure. */
#pragma once

#include "importer/import_spec.h"

/* A chunk locks the rows of its numbers, so it is short. */
enum { DNC_IMPORT_CHUNK_ROWS = 4000 };
/* Where the column of the moment at which an entry ends goes (mapping.h). */
#define DNC_IMPORT_EXPIRES "expires_at"

typedef struct DncImportSpec {
    ImportSpec import; /* file, format, mapping, chunks; one lane */
    int32_t campaign_no;
    char *source;
    int64_t expires_us; /* of rows that say nothing; or DNC_FOREVER */
} DncImportSpec;

json_t *dnc_import_spec_to_json(const DncImportSpec *spec); /* a new reference */
/* STATUS_FATAL when it is not what dnc_import_spec_to_json() wrote. */
Status dnc_import_spec_from_json(const json_t *json, DncImportSpec *ret, Error *err) MUST_CHECK;
void dnc_import_spec_done(DncImportSpec *spec);

/* The column (from 1) that says when an entry ends; 0: none does. */
size_t dnc_import_expires_column(const DncImportSpec *spec);
