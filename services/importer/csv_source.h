/* csv_source.h - a file's text as UTF-8, whatever its encoding. Layer: importer; adapter of iconv.
 *
 * Reads an open file with pread() (never mmap: a truncated file must not kill the process), so it
 * neither uses nor moves the descriptor's own position. Offsets are in the decoded UTF-8 stream,
 * after any byte order mark.
 *
 * UTF-8 passes through as it is, valid or not; csv_fields_bad_cell() finds the rows to reject. From
 * other encodings, bytes that mean nothing come as U+FFFD; there, no valid text holds U+FFFD. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct CsvSource CsvSource;

/* encoding: "UTF-8" (also NULL or ""; with or without a BOM), "UTF-16" (BOM, else by the pattern of
 * zeros, else little endian), "UTF-16LE", "UTF-16BE" or any name that iconv knows; case does not
 * matter. fd stays the caller's and open until after csv_source_close(). STATUS_BAD_INPUT
 * unknown_encoding (field "encoding"), or an error of reading. */
Status csv_source_open(int fd, const char *encoding, CsvSource **ret_source, Error *err) MUST_CHECK;
void csv_source_close(CsvSource *source);

static inline void csv_source_close_at(CsvSource **source)
{
    csv_source_close(*source);
}
#define AUTO_CSV_SOURCE __attribute__((cleanup(csv_source_close_at)))

/* Fills buf unless the end comes first: *ret_len < cap only at the end of the file. STATUS_RETRY
 * read_failed. */
Status
csv_source_read(CsvSource *source, char *buf, size_t cap, size_t *ret_len, Error *err) MUST_CHECK;

/* The next read starts at this offset. UTF-8: at once. Else decodes from the start and discards.
 * Past the end of the file: reads give nothing. */
Status csv_source_seek(CsvSource *source, uint64_t offset, Error *err) MUST_CHECK;

/* True when the text was converted, so that U+FFFD stands for bytes that mean nothing. */
bool csv_source_is_converted(const CsvSource *source);

/* True when csv_source_open() would take this name. */
bool csv_source_knows(const char *encoding);
