/* export_line.h - a row of an export, as PostgreSQL wrote it, as a line of its file. Layer:
 * services/exporter; pure.
 *
 * PostgreSQL quotes for delimiter, quote, CR and LF as RFC 4180 has it. What is left to do is what
 * export_cell.h says beyond that, for cells of text that begin or end with what asks for it; the
 * rest of a row, mostly all of it, goes on as it came. */
#pragma once

#include "base/strbuf.h"
#include "exporter/export_spec.h"
#include "recycler/why_list.h"

/* What is to be done to a column's cells. */
typedef enum ExportCare {
    EXPORT_CARE_NONE,
    EXPORT_CARE_TEXT,
    EXPORT_CARE_PHONE,
    EXPORT_CARE_STAGE,
    EXPORT_CARE_BOOL,
    EXPORT_CARE_REASON,
} ExportCare;

typedef struct ExportLine {
    const ExportSpec *spec;
    const WhyList *reasons;
    ExportCare cares[EXPORT_COLUMNS_MAX];
    size_t care_count; /* columns behind these go on as they came */
    StrBuf cell;
} ExportLine;

/* Both are borrowed; custom.* is expanded; reasons: as the query was made with. */
void export_line_init(ExportLine *line, const ExportSpec *spec, const WhyList *reasons);
void export_line_done(ExportLine *line);

/* The byte order mark and the header, where they are wanted. */
void export_line_head(const ExportSpec *spec, StrBuf *buf);
/* row: of COPY in CSV, with the columns of the spec; len bytes, the last of them its LF. */
void export_line_add(ExportLine *line, const char *row, size_t len, StrBuf *buf);
