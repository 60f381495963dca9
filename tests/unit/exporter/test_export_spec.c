#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "exporter/export_spec.h"

static Status read(const char *text, ExportSpec *spec, Error *err)
{
    json_t *json = json_loads(text, 0, NULL);
    Status status = export_spec_read(json, spec, err);
    json_decref(json);
    return status;
}

Test(export_spec, what_is_refused)
{
    static const struct {
        const char *json;
        const char *code;
        const char *field;
    } cases[] = {
        {"{\"list_id\":\"a\"}", "", ""},
        {"{\"list_id\":\"a\",\"what\":\"dnc\"}", "", ""},
        {"{\"list_id\":\"a\",\"what\":\"attempts\",\"fields\":[\"call_id\"]}", "", ""},
        {"{\"list_id\":\"a\",\"what\":\"rejects\",\"job_id\":\"7\"}", "", ""},
        {"{}", "missing_field", "list_id"},
        {"{\"list_id\":\"a\",\"x\":1}", "unknown_field", "x"},
        {"{\"list_id\":\"a\",\"what\":\"all\"}", "invalid_value", "what"},
        {"{\"list_id\":\"a\",\"fields\":[\"fone\"]}", "export_field", "fields"},
        {"{\"list_id\":\"a\",\"fields\":[7]}", "wrong_type", "fields"},
        {"{\"list_id\":\"a\",\"fields\":[\"custom.\"]}", "export_field", "fields"},
        {"{\"list_id\":\"a\",\"what\":\"dnc\",\"fields\":[\"city\"]}", "export_field", "fields"},
        {"{\"list_id\":\"a\",\"fields\":[\"phone\"],\"all_fields\":true}", "invalid_value",
         "fields"},
        {"{\"list_id\":\"a\",\"what\":\"rejects\"}", "invalid_value", "job_id"},
        {"{\"list_id\":\"a\",\"what\":\"rejects\",\"job_id\":\"7\",\"delimiter\":\",\"}",
         "invalid_value", "delimiter"},
        {"{\"list_id\":\"a\",\"what\":\"rejects\",\"job_id\":\"7\",\"bom\":false}", "invalid_value",
         "bom"},
        {"{\"list_id\":\"a\",\"job_id\":\"7\"}", "invalid_value", "job_id"},
        {"{\"list_id\":\"a\",\"what\":\"dnc\",\"order\":\"due\"}", "invalid_value", "order"},
        {"{\"list_id\":\"a\",\"what\":\"dnc\",\"where\":{}}", "invalid_value", "where"},
        {"{\"list_id\":\"a\",\"where\":{\"not\":{\"field\":\"x\",\"op\":\"null\"}}}",
         "filter_field", "where.not.field"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_EXPORT_SPEC spec = {0};
        Error err = {0};
        Status status = read(cases[i].json, &spec, &err);
        cr_expect_eq(status == STATUS_OK, cases[i].code[0] == '\0', "%s: %s", cases[i].json,
                     err.text);
        cr_expect_str_eq(err.code, cases[i].code, "%s: %s", cases[i].json, err.text);
        cr_expect_str_eq(err.field, cases[i].field, "%s: %s", cases[i].json, err.text);
    }
}

Test(export_spec, custom_star_becomes_the_keys_that_there_are)
{
    AUTO_EXPORT_SPEC spec = {0};
    Error err = {0};
    static const char *const keys[] = {"", "*", "a\tb", "a b", "tier", "zeta"};
    size_t named = 0;
    cr_assert_eq(read("{\"list_id\":\"a\",\"fields\":[{\"field\":\"custom.tier\",\"header\":\"T\"},"
                      "\"custom.*\",\"phone\"]}",
                      &spec, &err),
                 STATUS_OK);
    cr_expect(export_spec_wants_keys(&spec));
    cr_assert_eq(export_spec_expand(&spec, keys, 6, &named, &err), STATUS_OK);
    cr_expect_eq(named, 3);
    cr_expect_not(export_spec_wants_keys(&spec));
    static const char *const headers[] = {"T", "custom.a b", "custom.zeta", "phone"};
    cr_assert_eq(spec.column_count, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_expect_str_eq(spec.columns[i].header, headers[i]);
    }
    cr_expect_str_eq(spec.columns[0].key, "tier");
}

Test(export_spec, keys_beyond_the_columns_stay_out)
{
    AUTO_EXPORT_SPEC spec = {0};
    Error err = {0};
    static char names[EXPORT_COLUMNS_MAX][8];
    const char *keys[EXPORT_COLUMNS_MAX];
    size_t named = 0;
    for (size_t i = 0; i < EXPORT_COLUMNS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "k%03zu", i);
        keys[i] = names[i];
    }
    cr_assert_eq(
        read("{\"list_id\":\"a\",\"fields\":[\"city\",\"custom.*\",\"phone\"]}", &spec, &err),
        STATUS_OK);
    cr_assert_eq(export_spec_expand(&spec, keys, EXPORT_COLUMNS_MAX, &named, &err), STATUS_OK);
    cr_expect_eq(named, EXPORT_COLUMNS_MAX - 2);
    cr_expect_eq(spec.column_count, EXPORT_COLUMNS_MAX);
    cr_expect_str_eq(spec.columns[EXPORT_COLUMNS_MAX - 1].header, "phone");
}
