/* import_parse.h - a file becomes chunks of clean rows. Layer: services/importer.
 *
 * No database. Rows get their lane by their phone; rejected rows go to lane 0. */
#pragma once

#include "importer/external_ids.h"
#include "importer/import_chunk.h"

typedef struct ImportParser {
    const ImportSpec *spec;
    int64_t job_no; /* lead_id = job_no << 32 | row number */
    CsvSource *source;
    CsvScan *scan;
    CsvFields fields;
    RowCleaner cleaner;
    ExternalIds *external_ids; /* NULL when no column holds them */
    int64_t next_chunk;
} ImportParser;

/* Where to begin; a zeroed one: at the file's beginning. */
typedef struct ImportParserStart {
    const CsvPosition *position; /* where chunk `chunk` begins; only looked at when that is not 0 */
    int64_t chunk;
    const Stop *stop; /* borrowed until the parser is closed; NULL: never */
    ExternalIdsRoom ids;
} ImportParserStart;

/* fd stays the caller's. What stands before the start must still be what it was (STATUS_BAD_INPUT
 * source_changed); it is read again, which may take long. When stopped: STATUS_RETRY stopped, here
 * and in import_parser_next(). */
Status import_parser_open(ImportParser *parser,
                          const ImportSpec *spec,
                          int64_t job_no,
                          int fd,
                          const ImportParserStart *start,
                          Error *err) MUST_CHECK;
void import_parser_close(ImportParser *parser);
/* Fills chunk (reset by this). After the one with `last` there is none. */
Status import_parser_next(ImportParser *parser, ImportChunk *chunk, Error *err) MUST_CHECK;
/* The header's cells as they are in the file; 0 cells without a header. STATUS_BAD_INPUT empty_file
 * when no line that is not blank comes within IMPORT_HEADER_BYTES. */
enum { IMPORT_HEADER_BYTES = 16 << 20 };
Status import_read_header(
    const ImportSpec *spec, int fd, CsvFields *ret_fields, Arena *arena, Error *err) MUST_CHECK;
