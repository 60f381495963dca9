/* export_pipe.h - several connections read the pieces of one snapshot, and one thread gets their
 * lines in order. Layer: services/exporter.
 *
 *   reader 1 ─▶ piece 3 ▒▒▒▒▒ ┐
 *   reader 2 ─▶ piece 4 ▒▒    ┴─▶ export_pipe_next(): piece 3, then 4, then 5 …
 *
 * Pieces are taken in order, and at most EXPORT_WINDOW of them are open; a reader whose piece holds
 * more than EXPORT_PIECE_BYTES waits until some of that is taken. So memory is bounded, and the
 * first open piece always has a reader that goes on. */
#pragma once

#include "base/config.h"
#include "exporter/export_query.h"
#include "exporter/export_ranges.h"

enum {
    EXPORT_CHUNK_BYTES = 256 << 10,
    EXPORT_PIECE_BYTES = 5 << 20,
};

typedef struct ExportSource {
    const Config *cfg;
    const ExportSpec *spec; /* custom.* is expanded */
    const WhyList *reasons; /* NULL: none are asked for */
    int32_t list_no;
    const char *snapshot; /* of an open transaction, until export_pipe_start() has returned */
    ExportRanges ranges;
} ExportSource;

typedef struct ExportChunk {
    StrBuf lines;
    int64_t rows;
} ExportChunk;

typedef struct ExportPipe ExportPipe;

/* source is borrowed for the pipe's life. Returns when all readers see the snapshot. */
Status export_pipe_start(const ExportSource *source, ExportPipe **ret, Error *err) MUST_CHECK;

/* The next lines into ret_chunk, whose own memory is replaced; nothing in it when none came for a
 * moment; *ret_end after the last. */
Status
export_pipe_next(ExportPipe *pipe, ExportChunk *ret_chunk, bool *ret_end, Error *err) MUST_CHECK;

/* Ends the readers, wherever they are. NULL is allowed. */
void export_pipe_free(ExportPipe *pipe);
