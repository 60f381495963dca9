/* export_query.h - the statement of an export. Layer: services/exporter.
 *
 * Fields come from closed tables; whatever a command said is a parameter, never part of the text.
 * A COPY, which takes no parameters, has our own numbers in it, and reads what a command said from
 * a setting of its transaction. */
#pragma once

#include "adapters/db.h"
#include "exporter/export_spec.h"
#include "recycler/why_list.h"

typedef struct ExportQuery {
    StrBuf sql;     /* $1 list, $2 and $3 the range, $4 values */
    DbArray values; /* of the filter; of EXPORT_DNC the time; then what columns need */
} ExportQuery;

/* custom.* is expanded. reasons: as export_reason_sql() takes it. export_query_done() frees. */
void export_query_make(const ExportSpec *spec, const WhyList *reasons, ExportQuery *ret);
void export_query_done(ExportQuery *query);

/* Rows of the list whose number is above after and at most upto. */
typedef struct ExportSlice {
    int32_t list_no;
    int64_t after;
    int64_t upto;
} ExportSlice;

/* Of query->sql. */
void export_query_params(ExportQuery *query, const ExportSlice *slice, DbParams *ret_params);

/* The same as COPY … TO STDOUT in CSV, in place of what ret_sql has. */
void export_query_copy(const ExportQuery *query,
                       const ExportSlice *slice,
                       char delimiter,
                       StrBuf *ret_sql);
/* For all that export_query_copy() makes, in the same transaction and before. */
Status export_query_set_values(ExportQuery *query, Db *db, Error *err) MUST_CHECK;
