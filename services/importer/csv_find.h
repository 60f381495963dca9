/* csv_find.h - the next byte that matters to CSV. Layer: importer; pure. SSE2 where there is any.
 */
#pragma once

#include <stddef.h>

/* The index of the first quote, LF or CR at or after from, or len. */
size_t csv_find_special(const char *bytes, size_t from, size_t len);

/* The index of the first LF or CR at or after from, or len: a newline within quotes, too. */
size_t csv_find_newline(const char *bytes, size_t from, size_t len);

/* As csv_find_special(), written plainly: what the fast one must agree with, and what runs without
 * SSE2. */
size_t csv_find_special_plain(const char *bytes, size_t from, size_t len);
