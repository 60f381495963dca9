/* dnc_import_chunk.h - one chunk of a do-not-call file, committed with its checkpoint. Layer:
 * services/importer.
 *
 *   rows ─▶ rows of numbers are made ─▶ BEGIN ─▶ lock numbers ─▶ entries ─▶ leads, offers, counters
 *        ─▶ progress ─▶ checkpoint ─▶ rejects ─▶ outbox ─▶ COMMIT
 *
 * A statement each for all numbers, however many. */
#pragma once

#include "importer/dnc_import_spec.h"
#include "importer/import_chunk.h"
#include "importer/import_source.h"
#include "importer/import_store.h"
#include "runtime/job_runner.h"

/* One run of the job in this process. */
typedef struct DncImport {
    JobRun *run;
    DncImportSpec spec;
    ImportSource source;
    RejectFormat rejects;
    RejectPart part;
    LaneMark mark;       /* committed */
    ImportCounts counts; /* of the chunk in work */
    CsvFields fields;    /* scratch */
    StrBuf frames;       /* scratch */
    int64_t progress_ms; /* when the next progress event may be */
} DncImport;

/* Commits the chunk; tries again while the infrastructure fails. STATUS_RETRY: fenced, or the job
 * is to stop. */
Status dnc_import_chunk(DncImport *job, ImportChunk *chunk, Error *err) MUST_CHECK;
