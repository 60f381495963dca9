/* csv_lost_quote.h - a quoted cell that has swallowed rows. Layer: importer; pure.
 *
 * In `504...,"Acme,1` the closing quote got lost. The next quote of the file may stand thousands of
 * rows on, in `...,Foo,5",x`: a delimiter follows it, so that by the dialect all of it is one good
 * record. No rule can tell that from a cell in which somebody keeps a table; this one asks whether
 * the lines are rows of the file whichever way one looks:
 *   - the line that the cell opens in, its quote taken for text, has as many cells as the file has
 *     columns, and so has the line that it closes in. Of a table within a cell neither has, as a
 *     rule: the cells before and behind stand in the same lines. Among 100 rows and more one of
 *     the two may be ragged, when there are cells beside the other.
 *   - four of five lines between have them too (the others are ragged rows), and enough lines do:
 *     3 at least, and with 12 delimiters in all, so that prose with a comma a line is no table.
 *   - text stands behind the quote that opens and before the one that closes: a cell that begins or
 *     ends with a newline was written so on purpose. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* No record with fewer newlines in it has one: three rows, and the lines before and behind. */
enum { CSV_LOST_QUOTE_NEWLINES = 4 };

/* bytes: a good record (csv_record.h) without its newline. columns: of the file; with fewer than 2
 * it is never so. */
bool csv_has_lost_quote(const char *bytes, size_t len, char delimiter, size_t columns);
