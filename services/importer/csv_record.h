/* csv_record.h - where one CSV record ends. Layer: importer; pure.
 *
 * The dialect is RFC 4180 as the world writes it:
 *   - records end at LF, CRLF or CR, mixed at will; the last one needs no newline
 *   - a field is quoted when its first byte that is no space or tab is a double quote; inside, ""
 *     is a quote, and delimiters and newlines are text
 *   - after the closing quote come spaces and tabs, then a delimiter, a newline or the end
 *   - a quote anywhere else in an unquoted field is text: 5" pipe
 * That is what libcsv and Python's csv module (skipinitialspace) read too.
 *
 * A record is blank, and no row, when all of its cells are: of no bytes, or of spaces and tabs
 * only, in quotes or not. Spreadsheets write rows of delimiters where a table ends.
 *
 * What breaks these rules costs one physical line, never the rest of the file: the span of a bad
 * record is the physical line on which it began, and the next record starts after it. So it is with
 * a quoted field whose lines are rows of the file (csv_lost_quote.h): its closing quote got lost,
 * and another one was taken for it. Verdicts depend on the bytes from the record's start alone, so
 * that reading may resume at any record. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef enum CsvProblem {
    CSV_PROBLEM_NONE = 0,
    CSV_PROBLEM_ROW_TOO_LONG,     /* longer than limits.row_bytes without its newline */
    CSV_PROBLEM_UNCLOSED_QUOTE,   /* a quote still open at the end of the file or at row_bytes; over
                                     several lines more quoted fields than columns, or rows of the
                                     file in one */
    CSV_PROBLEM_MALFORMED_QUOTE,  /* a closing quote with text after it */
    CSV_PROBLEM_TOO_MANY_COLUMNS, /* from csv_fields; from here only for quoted fields in one line
                                   */
    CSV_PROBLEM_FIELD_TOO_LONG,   /* from csv_fields */
    CSV_PROBLEM_COUNT,
} CsvProblem;

/* "" for none, else the code of a rejected row: "row_too_long", "unclosed_quote",
 * "malformed_quote", "too_many_columns", "field_too_long". */
const char *csv_problem_code(CsvProblem problem);

/* One sentence for people with the remedy. */
const char *csv_problem_reason(CsvProblem problem);

/* Of a file's own; a reject file has remarks behind them, and loads again all the same. */
enum { CSV_COLUMNS_OWN = 512, CSV_REMARKS = 4, CSV_COLUMNS_MAX = CSV_COLUMNS_OWN + CSV_REMARKS };

typedef struct CsvLimits {
    size_t row_bytes;   /* of a record, its newline not counted; at least 1 */
    size_t field_bytes; /* of a field, without its quotes */
    size_t columns;
    size_t file_columns; /* no limit, but what the file's rows have; 0: not known, and no quoted
                            field is asked whether it holds rows */
} CsvLimits;

/* 4 MB, 1 MB and CSV_COLUMNS_MAX, where given is NULL or has a 0; file_columns as given. */
CsvLimits csv_limits_or_default(const CsvLimits *given);

typedef struct CsvSpan {
    size_t len;           /* of the record, without its newline */
    size_t newline_bytes; /* 0 at the end of the file, else 1, or 2 for CRLF */
    size_t newlines;      /* physical lines that it ends, its own newline counted */
    bool has_quote;       /* some field is quoted */
    bool is_blank;        /* all of its cells are */
    CsvProblem problem;
} CsvSpan;

/* The record that starts at bytes; len must be positive. at_end: nothing follows in the file. False
 * when more bytes are needed to tell: never when at_end, nor when len > limits->row_bytes + 1.
 *
 * A line of more than row_bytes is ROW_TOO_LONG with newline_bytes 0: whoever reads the file finds
 * where it ends. The delimiter is any byte but quote, CR, LF and space. */
bool csv_record_span(const char *bytes,
                     size_t len,
                     bool at_end,
                     char delimiter,
                     const CsvLimits *limits,
                     CsvSpan *ret_span);
