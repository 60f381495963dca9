/* import_chunk.h - a few thousand consecutive rows of a file, cleaned and split by lane. Layer:
 * services/importer.
 *
 * The parser fills a chunk and gives it to all lanes; each lane reads its own share only; the last
 * one to be done gives it back. Where a chunk ends depends on the file and the job's settings
 * alone, so that a resumed job cuts the same chunks. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "importer/arena.h"
#include "importer/csv_scan.h"
#include "importer/import_spec.h"
#include "importer/row_clean.h"

/* A row for a lane, in file order. */
typedef struct ChunkRow {
    int64_t row_no;
    LeadRow lead;
    bool has_priority;
    TextSlice custom_said; /* row_clean.h */
    ZoneEvidence zones;
    TextSlice record; /* its bytes, for the reject file */
} ChunkRow;

/* A row that the parser rejected. */
typedef struct ChunkReject {
    int64_t row_no;
    RowProblem problem;
    TextSlice record;
} ChunkReject;

typedef struct ChunkShare {
    ChunkRow *rows;
    int row_count;
    int row_cap;
    ChunkReject *rejects;
    int reject_count;
    int reject_cap;
} ChunkShare;

typedef struct ImportChunk {
    int64_t number; /* from 0 */
    int64_t row_count;
    bool last;       /* the file ends here; may be empty */
    CsvPosition end; /* where the next chunk begins */
    Arena arena;
    ChunkShare shares[IMPORT_LANES_MAX];
    atomic_int readers; /* lanes that are not done with it */
} ImportChunk;

ImportChunk *import_chunk_new(void);
void import_chunk_free(ImportChunk *chunk);
/* Empty again, memory kept. */
void import_chunk_reset(ImportChunk *chunk, int64_t number);
ChunkRow *chunk_share_add_row(ChunkShare *share);
ChunkReject *chunk_share_add_reject(ChunkShare *share);
