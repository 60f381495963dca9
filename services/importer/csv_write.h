/* csv_write.h - cells to RFC 4180. Layer: importer; pure. For the reject file: the row's own cells,
 * then row, code, column, reason. Reading back what was written gives the same cells. */
#pragma once

#include <stddef.h>

#include "base/strbuf.h"
#include "importer/csv_fields.h"

/* One cell, quoted when it must be: delimiter, quote, CR or LF inside, blanks at an end. */
void csv_write_cell(StrBuf *buf, char delimiter, const char *bytes, size_t len);

/* Cells with delimiters between them, no newline. */
void csv_write_cells(StrBuf *buf, char delimiter, const TextSlice *cells, size_t count);

/* The delimiter, for a cell to follow, and the end of a record: CRLF. */
void csv_write_delimiter(StrBuf *buf, char delimiter);
void csv_write_end(StrBuf *buf);
