/* export_query.h - the statement of an export. Layer: services/exporter.
 *
 * Fields come from closed tables; whatever a command said is a parameter, never part of the text.
 */
#pragma once

#include "adapters/db.h"
#include "exporter/export_spec.h"
#include "recycler/why_list.h"

typedef struct ExportQuery {
    StrBuf sql;     /* $1 list, $2 and $3 the range, $4 values, $5 most rows */
    DbArray values; /* of the filter, then what columns need */
} ExportQuery;

/* custom.* is expanded. reasons: as export_reason_sql() takes it. export_query_done() frees. */
void export_query_make(const ExportSpec *spec, const WhyList *reasons, ExportQuery *ret);
void export_query_done(ExportQuery *query);
/* Rows of the list whose number is above after and at most upto, the first most of them (0: all).
 * Behind the columns of the spec stands the row's number. */
typedef struct ExportSlice {
    int32_t list_no;
    int64_t after;
    int64_t upto;
    int64_t most;
} ExportSlice;
void export_query_params(ExportQuery *query, const ExportSlice *slice, DbParams *ret_params);
