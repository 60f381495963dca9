/* export_line.h - a row of an export's query as a line of its file. Layer: services/exporter. */
#pragma once

#include "adapters/db.h"
#include "exporter/export_spec.h"
#include "recycler/why_list.h"

/* The byte order mark and the header, where they are wanted. */
void export_line_head(const ExportSpec *spec, StrBuf *buf);
/* rows[row] has the columns of spec in their order, as text. reasons: as the query was made with.
 */
void export_line_add(
    const ExportSpec *spec, const WhyList *reasons, const DbResult *rows, int row, StrBuf *buf);
