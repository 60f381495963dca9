/* csv_detect.h - how a CSV file is written: encoding, delimiter, header or none. Layer: importer.
 *
 * Looks at the first 64 KB (and, for the encoding of a file that begins in plain ASCII, for the
 * first other byte within 16 MB). Where the sample cuts a record or a character, that last one does
 * not count. Each answer can be given instead of detected. */
#pragma once

#include "base/error.h"
#include "importer/csv_charset.h"
#include "importer/csv_layout.h"

/* What the user said; a zeroed struct: nothing. */
typedef struct CsvFormatWish {
    const char *encoding; /* NULL, "" or "auto": detect; else as for csv_source_open */
    char delimiter;       /* 0: detect; else as csv_delimiter_is_allowed says */
    CsvHeader header;
} CsvFormatWish;

typedef struct CsvFormat {
    char encoding[CSV_CHARSET_SIZE]; /* for csv_source_open */
    char delimiter;
    CsvLayout layout;
} CsvFormat;

/* STATUS_BAD_INPUT: empty_file (also of nothing but blanks), binary_file, unknown_encoding,
 * invalid_delimiter; STATUS_RETRY read_failed. fd is read with pread(), its position stays. */
Status csv_detect(int fd, const CsvFormatWish *wish, CsvFormat *ret_format, Error *err) MUST_CHECK;
