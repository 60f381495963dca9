#include "exporter/export_query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
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
            export_reason_sql(reasons, sql);
            continue;
        }
        add_expression(column->field, sql);
        if (column->key != NULL) { /* worked out once, as those of filters */
            db_array_string(values, column->key);
            strbuf_addf(sql, "(SELECT ($4::text[])[%d]))", values->count);
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
    if (spec->what == EXPORT_DNC) {
        char now[CLOCK_RFC3339_SIZE];
        clock_format_rfc3339(spec->now_us, now);
        db_array_string(&ret->values, now);
    }
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
}

/* What stands in place of $1 to $4 where there are no parameters. */
enum { PLACES = 4 };

static void bind_places(const char *sql, const char *const places[PLACES], StrBuf *ret_sql)
{
    for (const char *at; (at = strchr(sql, '$')) != NULL; sql = at) {
        int number = at[1] - '0';
        bool is_place = number >= 1 && number <= PLACES;
        strbuf_add(ret_sql, sql, (size_t)(at - sql));
        strbuf_adds(ret_sql, is_place ? places[number - 1] : "$");
        at += is_place ? 2 : 1;
    }
    strbuf_adds(ret_sql, sql);
}

void export_query_copy(const ExportQuery *query,
                       const ExportSlice *slice,
                       char delimiter,
                       StrBuf *ret_sql)
{
    char list[16];
    char after[24];
    char upto[24];
    const char *const places[PLACES] = {list, after, upto, "current_setting('leadspool.values')"};
    snprintf(list, sizeof list, "%" PRId32, slice->list_no);
    snprintf(after, sizeof after, "%" PRId64, slice->after);
    snprintf(upto, sizeof upto, "%" PRId64, slice->upto);
    strbuf_reset(ret_sql);
    strbuf_adds(ret_sql, "COPY (");
    bind_places(query->sql.data, places, ret_sql);
    strbuf_addf(ret_sql, ") TO STDOUT (FORMAT csv, DELIMITER '%c')", delimiter);
}

Status export_query_set_values(ExportQuery *query, Db *db, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, &query->values);
    return db_query(db, sql_export_values, &params, NULL, err);
}
