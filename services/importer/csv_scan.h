/* csv_scan.h - the records of a CSV source, one after the other. Layer: importer.
 *
 * Reads a CsvSource through one buffer and cuts it into records (csv_record.h has the dialect). The
 * buffer grows to at most limits.row_bytes + 256 KB, whatever the file holds. Any buffer size and
 * any start at a record boundary give the same records.
 *
 *   AUTO_CSV_SCAN CsvScan *scan = csv_scan_new(source, &(CsvScanOptions){.delimiter = ','});
 *   CsvRecord record;
 *   bool more;
 *   while ((status = csv_scan_next(scan, &record, &more, err)) == STATUS_OK && more) { ... }
 *
 * Not for several threads at once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/stop.h"
#include "importer/csv_record.h"
#include "importer/csv_source.h"

typedef struct CsvScan CsvScan;

typedef struct CsvScanOptions {
    char delimiter;      /* required */
    CsvLimits limits;    /* a field left 0 takes its default */
    size_t buffer_bytes; /* to begin with; 0: 256 KB */
    uint64_t most_bytes; /* the source is read so far, as if it ended there; 0: all of it */
    const Stop *stop;    /* asked before each read of a buffer */
    bool empty_rows;     /* a record of nothing but empty cells is a row, a line of blanks none */
} CsvScanOptions;

typedef struct CsvRecord {
    uint64_t offset;    /* of its first byte in the decoded stream */
    uint64_t end;       /* where the next record starts */
    uint64_t line;      /* physical line of its first byte, from 1 */
    uint64_t number;    /* from 1, header and bad records counted; a blank one has the next one's */
    const char *bytes;  /* without the newline; valid until the next call on the scan */
    size_t len;         /* of a row that is too long: the first row_bytes bytes only */
    bool has_quote;     /* for csv_fields_split */
    bool is_blank;      /* no row: all of its cells are empty, or spaces and tabs only */
    CsvProblem problem; /* not NONE: a bad record, bytes are its first physical line */
} CsvRecord;

/* Where the next record starts. Kept with a job, it lets another process go on there. */
typedef struct CsvPosition {
    uint64_t offset;
    uint64_t line;   /* of that record */
    uint64_t number; /* of that record, or should it be blank of the next that is not */
    uint64_t digest; /* XXH3 of the decoded stream [0, offset) */
} CsvPosition;

/* The source stays the caller's and must outlive the scan. Starts at offset 0, line 1, number 1. */
CsvScan *csv_scan_new(CsvSource *source, const CsvScanOptions *options);
void csv_scan_free(CsvScan *scan);

static inline void csv_scan_free_at(CsvScan **scan)
{
    csv_scan_free(*scan);
}
#define AUTO_CSV_SCAN __attribute__((cleanup(csv_scan_free_at)))

/* The next record; *ret_more false (and no record) at the end of the source. A bad record is a
 * record, not an error. Errors are those of csv_source_read, and STATUS_RETRY stopped; the scan
 * cannot go on after one.
 */
Status csv_scan_next(CsvScan *scan, CsvRecord *ret_record, bool *ret_more, Error *err) MUST_CHECK;

/* The position after the last record given. Cheap: hashes each byte of the stream once in all. */
void csv_scan_position(CsvScan *scan, CsvPosition *ret_position);

/* Continues at a position that csv_scan_position gave, on a scan that has read nothing yet, with
 * the same delimiter and limits. Reads the file up to there: STATUS_BAD_INPUT source_changed when
 * it is shorter or holds other bytes than it did; STATUS_RETRY stopped. */
Status csv_scan_resume(CsvScan *scan, const CsvPosition *position, Error *err) MUST_CHECK;
