#include "runtime/lead_filter.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* A mark in a statement: "[filter $4]". */
typedef struct Mark {
    const char *begin;
    const char *end;
    char place[32]; /* the array of values: "$4::text[]" */
} Mark;

static Mark mark_find(const char *sql, const char *mark)
{
    Mark found = {.begin = strstr(sql, mark)};
    assert(found.begin != NULL);
    const char *digits = found.begin + strlen(mark);
    size_t digits_len = strspn(digits, "0123456789");
    snprintf(found.place, sizeof found.place, "$%.*s::text[]", (int)digits_len, digits);
    found.end = digits + digits_len + 1;
    return found;
}

void lead_filter_sql(const char *sql, const Filter *filter, StrBuf *ret_sql, DbArray *ret_values)
{
    Mark mark = mark_find(sql, "[filter $");
    AUTO_FREE FilterValues *values = mem_alloc(sizeof *values);
    strbuf_add(ret_sql, sql, (size_t)(mark.begin - sql));
    if (filter != NULL) {
        filter_sql(filter, mark.place, ret_sql, values);
    }
    if (values->count == 0) { /* "x is null" has none, but the statement has its parameter */
        strbuf_addf(ret_sql, "%s(%s IS NOT NULL)", filter != NULL ? " AND " : "", mark.place);
    }
    strbuf_adds(ret_sql, mark.end);
    db_array_begin(ret_values, DB_ARRAY_TEXT);
    for (size_t i = 0; i < values->count; i++) {
        db_array_string(ret_values, values->items[i]);
    }
}

void lead_filter_named_sql(
    const char *sql, const Filter *filter, FilterNames *names, StrBuf *ret_sql, DbArray *ret_values)
{
    Mark mark = mark_find(sql, "[named $");
    AUTO_FREE FilterValues *values = mem_alloc(sizeof *values);
    AUTO_STRBUF named = STRBUF_INIT;
    strbuf_add(&named, sql, (size_t)(mark.begin - sql));
    filter_named_sql(filter, names, mark.place, &named, values);
    strbuf_adds(&named, mark.end);
    lead_filter_sql(named.data, filter, ret_sql, ret_values);
}
