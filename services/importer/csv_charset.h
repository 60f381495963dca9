/* csv_charset.h - which encoding a sample of bytes is in. Layer: importer; pure; adapter of
 * uchardet. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { CSV_CHARSET_SIZE = 32 };

/* The encoding's name for csv_source_open(), by the first of these that holds: byte order mark;
 * pattern of zeros (UTF-16LE, UTF-16BE); valid UTF-8; uchardet's opinion; WINDOWS-1252. A character
 * cut by the sample's end is no fault unless is_whole. STATUS_BAD_INPUT: empty_file (nothing, or
 * nothing but a mark), binary_file (a known file type, NULs that UTF-16 does not explain, too many
 * control characters). */
Status csv_charset_detect(const char *sample,
                          size_t len,
                          bool is_whole,
                          char ret_name[CSV_CHARSET_SIZE],
                          Error *err) MUST_CHECK;

/* BAD_INPUT: empty_file. */
Status csv_charset_empty(Error *err);

/* "UTF-16LE" or "UTF-16BE" when the sample's zeros say so, else NULL. */
const char *csv_charset_utf16(const char *sample, size_t len);

/* Whether decoded text is no text: NULs, or more than 2 % of control characters. */
bool csv_charset_is_binary(const char *text, size_t len);
