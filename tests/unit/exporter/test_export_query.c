#include <criterion/criterion.h>
#include <string.h>

#include "base/json.h"
#include "exporter/export_query.h"

static ExportSpec spec_of(const char *text)
{
    ExportSpec spec = {0};
    Error err;
    AUTO_JSON json_t *data = json_loads(text, 0, NULL);
    cr_assert_eq(export_spec_read(data, &spec, &err), STATUS_OK, "%s", err.text);
    return spec;
}

Test(export_query, a_copy_has_our_numbers_and_nothing_that_a_command_said)
{
    AUTO_EXPORT_SPEC spec =
        spec_of("{\"list_id\":\"a\",\"delimiter\":\";\",\"fields\":[\"phone\",\"custom.evil $1\"],"
                "\"where\":{\"and\":[{\"field\":\"city\",\"op\":\"eq\",\"value\":\"evil $2\"},"
                "{\"field\":\"custom.evil $3\",\"op\":\"gt\",\"value\":5}]}}");
    ExportQuery query;
    AUTO_STRBUF sql = STRBUF_INIT;
    strbuf_adds(&sql, "what was there");
    export_query_make(&spec, NULL, &query);
    export_query_copy(&query, &(ExportSlice){7, 16000, INT64_MAX}, spec.delimiter, &sql);
    static const char *const parts[] = {
        "l.list_no = 7::int",
        "l.lead_id > 16000::bigint AND l.lead_id <= 9223372036854775807::bigint",
        "(l.custom ->> (SELECT (current_setting('leadspool.values')::text[])[5]))",
        "{1,30})?$'", /* a dollar that is no place */
        ") TO STDOUT (FORMAT csv, DELIMITER ';')",
    };
    cr_expect_eq(strncmp(sql.data, "COPY (", strlen("COPY (")), 0);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        cr_expect_not_null(strstr(sql.data, parts[i]), "%s in %s", parts[i], sql.data);
    }
    cr_expect_null(strstr(sql.data, "evil"));
    for (const char *at = sql.data; (at = strchr(at, '$')) != NULL; at++) {
        cr_expect(at[1] < '0' || at[1] > '9', "a place is left: %s", at);
    }
    export_query_done(&query);
}
