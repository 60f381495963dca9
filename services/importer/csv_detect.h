/* csv_detect.h - how a CSV file is written: encoding, delimiter, header or none. Layer: importer.
 *
 * Looks at the first 64 KB (and, for the encoding of a file that begins in plain ASCII, for the
 * first other byte within 16 MB). Where the sample cuts a record or a character, that last one does
 * not count. Each answer can be given instead of detected. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "importer/csv_charset.h"

enum { CSV_DETECT_SAMPLE_BYTES = 64 << 10 };

typedef enum CsvHeader {
    CSV_HEADER_DETECT = 0,
    CSV_HEADER_NONE,
    CSV_HEADER_PRESENT,
} CsvHeader;

/* What the user said; a zeroed struct: nothing. */
typedef struct CsvFormatWish {
    const char *encoding; /* NULL, "" or "auto": detect; else as for csv_source_open */
    char delimiter;       /* 0: detect */
    CsvHeader header;
} CsvFormatWish;

typedef struct CsvFormat {
    char encoding[CSV_CHARSET_SIZE];
    char delimiter;
    bool has_header;
    size_t columns; /* cells of the header, or without one of the widest record in the sample */
    size_t
        phone_column; /* from 1: the only column whose cells look like phones; 0: none or several */
} CsvFormat;

/* STATUS_BAD_INPUT: empty_file, binary_file, unknown_encoding, invalid_delimiter; STATUS_RETRY
 * read_failed. A delimiter is any ASCII character but quote, backslash, CR, LF, space, NUL, letter
 * and digit. */
Status csv_detect(int fd, const CsvFormatWish *wish, CsvFormat *ret_format, Error *err) MUST_CHECK;

/* The parts, on decoded text; is_whole: the text is the file's all. Pure. */

/* Comma, semicolon, tab or pipe: under which the records have the most consistent number of cells,
 * and the first record the most words that headers use. Comma when nothing speaks for any. */
char csv_detect_delimiter(const char *text, size_t len, bool is_whole);

/* Header, columns and phone_column of text, under format->delimiter. */
void csv_detect_layout(
    const char *text, size_t len, bool is_whole, CsvHeader wish, CsvFormat *format);

/* For people: "comma", "semicolon", "tab", "pipe", else "delimiter". */
const char *csv_delimiter_name(char delimiter);
