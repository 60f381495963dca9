/* csv_delimiter.h - what separates the cells of a file. Layer: importer; pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Comma, semicolon, tab or pipe: under which the records of the sample (csv_sample.h) agree best on
 * a number of cells, and the first has most of the words that headers use. Comma when nothing
 * speaks for any. */
char csv_delimiter_detect(const char *text, size_t len, bool is_whole);

/* Any ASCII character may be one but letters, digits, quote, backslash, blank (not tab), controls.
 */
bool csv_delimiter_is_allowed(char delimiter);
