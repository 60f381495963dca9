/* import_spec.h - what an import was asked to do, complete: as the command said it and the file
 * showed it. Layer: services/importer; pure.
 *
 * Stored on the job as JSON, so that any process reads the file the same way. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "adapters/inbox.h"
#include "base/error.h"
#include "importer/csv_detect.h"
#include "importer/mapping.h"

typedef enum ImportPolicy { IMPORT_SKIP = 0, IMPORT_UPDATE } ImportPolicy;
typedef enum ImportScope { IMPORT_SCOPE_LIST = 0, IMPORT_SCOPE_CAMPAIGN } ImportScope;

enum { IMPORT_LANES_MAX = 16, IMPORT_CHUNK_BYTES = 8 << 20 };

typedef struct ImportSpec {
    char *file; /* beneath the inbox */
    FileIdentity identity;
    CsvFormat format;
    size_t columns;
    Mapping mapping;
    ImportPolicy on_duplicate;
    ImportScope duplicate_scope;
    bool empty_erases;
    bool phone_strict;
    bool lead_events;
    char default_country[3];
    /* Where chunks end hangs on these, so they are the job's own: a checkpoint counts chunks. */
    int lanes;
    int chunk_rows;
    int chunk_bytes;
    bool empty_rows;  /* csv_scan.h; of jobs from before rows of empty cells were blank */
    bool lost_quotes; /* csv_lost_quote.h; not of jobs from before it, whose checkpoints go without
                       */
} ImportSpec;

json_t *import_spec_to_json(const ImportSpec *spec); /* a new reference */
/* STATUS_FATAL when it is not what import_spec_to_json() wrote. NULL is allowed. */
Status import_spec_from_json(const json_t *json, ImportSpec *ret, Error *err) MUST_CHECK;
void import_spec_done(ImportSpec *spec);
