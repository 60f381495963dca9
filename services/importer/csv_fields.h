/* csv_fields.h - the cells of one CSV record. Layer: importer; adapter of libcsv; no I/O.
 *
 * Blanks (spaces and tabs) around an unquoted cell are dropped, within quotes they stay. Records
 * without a quote, or with quotes around whole cells only, are split here, the others by libcsv;
 * both give the same cells.
 *
 * cells point into the record's bytes or into the arena of this CsvFields: valid until the next
 * split and while the record's bytes are. A cell is not terminated. A missing cell is an empty one:
 * use csv_fields_cell(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "domain/text.h"
#include "importer/csv_record.h"

typedef struct CsvFields {
    TextSlice *cells;
    size_t count; /* 0 for a record of nothing but spaces and tabs */
    size_t cap;
    char delimiter;
    CsvLimits limits;
    StrBuf arena;
    struct csv_parser *parser;
    CsvProblem problem;
} CsvFields;

void csv_fields_init(CsvFields *fields,
                     char delimiter,
                     const CsvLimits *limits); /* csv_limits_or_default */
void csv_fields_done(CsvFields *fields);
#define AUTO_CSV_FIELDS __attribute__((cleanup(csv_fields_done))) CsvFields

/* CSV_PROBLEM_TOO_MANY_COLUMNS, CSV_PROBLEM_FIELD_TOO_LONG or NONE. With a problem, the cells up to
 * the limit are there (a cell that is too long is cut), for the reject file. Bytes that csv_scan
 * called bad are split leniently. has_quote: as the scan says; true is never wrong. */
CsvProblem csv_fields_split(CsvFields *fields, const char *bytes, size_t len, bool has_quote);

/* The same by libcsv, whatever is in the record: what the others must agree with. */
CsvProblem csv_fields_split_any(CsvFields *fields, const char *bytes, size_t len);

/* The cell at index (from 0), or an empty one. */
static inline TextSlice csv_fields_cell(const CsvFields *fields, size_t index)
{
    return index < fields->count ? fields->cells[index] : TEXT("");
}

/* The number of cells that are not empty beyond the first columns: extra_cells when not 0. */
size_t csv_fields_extra(const CsvFields *fields, size_t columns);

/* The column (from 1) of the first cell that is no text (reject with bad_encoding), or 0: bytes
 * that are not UTF-8, a NUL, or, when is_converted (csv_source.h), U+FFFD. bytes, len: the record
 * that was split; costs one pass over it. */
size_t
csv_fields_bad_cell(const CsvFields *fields, const char *bytes, size_t len, bool is_converted);
