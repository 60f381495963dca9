#include "exporter/export_query.h"

#include <string.h>

#include "base/mem.h"
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

static void add_columns(const ExportSpec *spec, DbArray *values, StrBuf *sql)
{
    for (size_t i = 0; i < spec->column_count; i++) {
        const ExportColumn *column = &spec->columns[i];
        strbuf_adds(sql, i > 0 ? ", " : "");
        strbuf_adds(sql, column->field->sql);
        if (column->key != NULL) {
            db_array_string(values, column->key);
            strbuf_addf(sql, "($4::text[])[%d])", values->count);
        }
    }
}

void export_query_make(const ExportSpec *spec, ExportQuery *ret)
{
    static const char mark[] = "[columns]";
    AUTO_STRBUF filtered = STRBUF_INIT;
    *ret = (ExportQuery){.sql = STRBUF_INIT};
    lead_filter_sql(query_base(spec), spec->where, &filtered, &ret->values);
    const char *at = strstr(filtered.data, mark);
    strbuf_add(&ret->sql, filtered.data, (size_t)(at - filtered.data));
    add_columns(spec, &ret->values, &ret->sql);
    strbuf_adds(&ret->sql, at + sizeof mark - 1);
}

void export_query_done(ExportQuery *query)
{
    strbuf_done(&query->sql);
    db_array_done(&query->values);
}

void export_query_params(
    ExportQuery *query, int32_t list_no, int64_t after, int64_t upto, DbParams *ret_params)
{
    db_param_i64(ret_params, list_no);
    db_param_i64(ret_params, after);
    db_param_i64(ret_params, upto);
    db_param_array(ret_params, &query->values);
}
