/* export_cell.h - values to the cells of a CSV file. Layer: services/exporter; pure.
 *
 * RFC 4180: a cell is quoted when delimiter, quote, CR or LF is in it, or a blank at an end.
 *
 * A cell that a spreadsheet would run as a formula gets an apostrophe in front: one whose first
 * character behind any blanks and apostrophes is = + - @, one of their full-width forms, TAB, CR or
 * LF; but not a phone number (+ and 5 to 15 digits). An import takes exactly one apostrophe away
 * from such a cell (domain/formula.h), so that what was exported comes back the same. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

typedef struct ExportCellRules {
    char delimiter;
    bool raw; /* formulas stay as they are */
} ExportCellRules;

void export_cell_text(StrBuf *line, const ExportCellRules *rules, const char *text, size_t len);
