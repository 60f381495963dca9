#include "exporter/export_query.h"

#include <string.h>

#include "base/mem.h"
#include "exporter/export_reason.h"
#include "runtime/lead_filter.h"
#include "sql_queries.h"

static const char *query_base(const ExportSpec *spec)
{
    switch (spec->what) {
    case EXPORT_ATTEMPTS:
        return sql_export_attempts;
    case EXPORT_DNC:
        return sql_export_dnc;
    default:
        return spec->by_due ? sql_export_leads_due : sql_export_leads;
    }
}

/* Times as they stand in the file, whatever the server's settings are. */
static void add_expression(const FilterField *field, StrBuf *sql)
{
    bool is_time = field->type == FILTER_TYPE_TIME;
    strbuf_adds(sql, is_time ? "to_char(" : "");
    strbuf_adds(sql, field->sql);
    strbuf_adds(sql, is_time ? " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')" : "");
}

static void
add_columns(const ExportSpec *spec, const WhyList *reasons, DbArray *values, StrBuf *sql)
{
    for (size_t i = 0; i < spec->column_count; i++) {
        const ExportColumn *column = &spec->columns[i];
        strbuf_adds(sql, i > 0 ? ", " : "");
        if (column->field == &export_reason_field) {
            export_reason_sql(reasons, values, sql);
            continue;
        }
        add_expression(column->field, sql);
        if (column->key != NULL) {
            db_array_string(values, column->key);
            strbuf_addf(sql, "($4::text[])[%d])", values->count);
        }
    }
}

void export_query_make(const ExportSpec *spec, const WhyList *reasons, ExportQuery *ret)
{
    static const char mark[] = "[columns]";
    AUTO_STRBUF filtered = STRBUF_INIT;
    *ret = (ExportQuery){.sql = STRBUF_INIT};
    lead_filter_sql(query_base(spec), spec->where, &filtered, &ret->values);
    const char *at = strstr(filtered.data, mark);
    strbuf_add(&ret->sql, filtered.data, (size_t)(at - filtered.data));
    add_columns(spec, reasons, &ret->values, &ret->sql);
    strbuf_adds(&ret->sql, at + sizeof mark - 1);
}

void export_query_done(ExportQuery *query)
{
    strbuf_done(&query->sql);
    db_array_done(&query->values);
}

void export_query_params(ExportQuery *query, const ExportSlice *slice, DbParams *ret_params)
{
    db_param_i64(ret_params, slice->list_no);
    db_param_i64(ret_params, slice->after);
    db_param_i64(ret_params, slice->upto);
    db_param_array(ret_params, &query->values);
    if (slice->most > 0) {
        db_param_i64(ret_params, slice->most);
    } else {
        db_param_text(ret_params, NULL);
    }
}
