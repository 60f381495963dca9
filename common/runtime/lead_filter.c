#include "runtime/lead_filter.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

void lead_filter_sql(const char *sql, const Filter *filter, StrBuf *ret_sql, DbArray *ret_values)
{
    static const char mark[] = "[filter $";
    const char *at = strstr(sql, mark);
    assert(at != NULL);
    const char *digits = at + sizeof mark - 1;
    size_t digits_len = strspn(digits, "0123456789");
    AUTO_FREE char *place = mem_sprintf("$%.*s::text[]", (int)digits_len, digits);
    AUTO_FREE FilterValues *values = mem_alloc(sizeof *values);
    strbuf_add(ret_sql, sql, (size_t)(at - sql));
    if (filter != NULL) {
        filter_sql(filter, place, ret_sql, values);
    }
    if (values->count == 0) { /* "x is null" has none, but the statement has its parameter */
        strbuf_addf(ret_sql, "%s(%s IS NOT NULL)", filter != NULL ? " AND " : "", place);
    }
    strbuf_adds(ret_sql, digits + digits_len + 1);
    db_array_begin(ret_values, DB_ARRAY_TEXT);
    for (size_t i = 0; i < values->count; i++) {
        db_array_string(ret_values, values->items[i]);
    }
}
