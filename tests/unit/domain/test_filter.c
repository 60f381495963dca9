#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../effort.h"
#include "base/mem.h"
#include "domain/filter.h"

static Filter *filter_of(const char *text)
{
    Filter *filter = NULL;
    Error err = {0};
    cr_assert_eq(filter_parse(text, &filter, NULL, &err), STATUS_OK, "%s: %s", text, err.text);
    return filter;
}

static char *printed(const Filter *filter)
{
    StrBuf buf = STRBUF_INIT;
    filter_print(filter, &buf);
    return strbuf_detach(&buf);
}

static char *json_of(const Filter *filter)
{
    AUTO_FREE char *dropped = NULL;
    json_t *json = filter_to_json(filter);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

Test(filter, text_becomes_tree)
{
    static const struct {
        const char *text;
        const char *json;
    } cases[] = {
        {"status = na", "{\"field\":\"status\",\"op\":\"eq\",\"value\":\"NA\"}"},
        {"status in (NA, 'busy')",
         "{\"field\":\"status\",\"op\":\"in\",\"values\":[\"NA\",\"BUSY\"]}"},
        {"attempts<3", "{\"field\":\"attempts\",\"op\":\"lt\",\"value\":\"3\"}"},
        {"attempts >= -007", "{\"field\":\"attempts\",\"op\":\"ge\",\"value\":\"-7\"}"},
        {"last_called_at < 2026-01-01",
         "{\"field\":\"last_called_at\",\"op\":\"lt\",\"value\":\"2026-01-01T00:00:00.000000Z\"}"},
        {"due_at <= 2026-01-01T09:30:00+01:00",
         "{\"field\":\"due_at\",\"op\":\"le\",\"value\":\"2026-01-01T08:30:00.000000Z\"}"},
        {"phone = +15046218927", "{\"field\":\"phone\",\"op\":\"eq\",\"value\":\"+15046218927\"}"},
        {"state in (IN, OR, AND)",
         "{\"field\":\"state\",\"op\":\"in\",\"values\":[\"IN\",\"OR\",\"AND\"]}"},
        {"state = OR or state = IN",
         "{\"or\":[{\"field\":\"state\",\"op\":\"eq\",\"value\":\"OR\"},"
         "{\"field\":\"state\",\"op\":\"eq\",\"value\":\"IN\"}]}"},
        {"last_name = 'O''Brien'", "{\"field\":\"last_name\",\"op\":\"eq\",\"value\":\"O'Brien\"}"},
        {"custom.tier = 'gold'", "{\"field\":\"custom.tier\",\"op\":\"eq\",\"value\":\"gold\"}"},
        {"custom.\"my \"\"key\" like a%",
         "{\"field\":\"custom.my \\\"key\",\"op\":\"like\",\"value\":\"a%\"}"},
        {"email IS NULL", "{\"field\":\"email\",\"op\":\"null\"}"},
        {"email is not null", "{\"field\":\"email\",\"op\":\"not_null\"}"},
        {"city not in (Austin)",
         "{\"not\":{\"field\":\"city\",\"op\":\"in\",\"values\":[\"Austin\"]}}"},
        {"NOT contacted = true",
         "{\"not\":{\"field\":\"contacted\",\"op\":\"eq\",\"value\":\"true\"}}"},
        {"dnc = true and attempts = 1 or stage <> ready",
         "{\"or\":[{\"and\":[{\"field\":\"dnc\",\"op\":\"eq\",\"value\":\"true\"},"
         "{\"field\":\"attempts\",\"op\":\"eq\",\"value\":\"1\"}]},"
         "{\"field\":\"stage\",\"op\":\"ne\",\"value\":\"ready\"}]}"},
        {"dnc = true and (attempts = 1 or stage <> ready)",
         "{\"and\":[{\"field\":\"dnc\",\"op\":\"eq\",\"value\":\"true\"},"
         "{\"or\":[{\"field\":\"attempts\",\"op\":\"eq\",\"value\":\"1\"},"
         "{\"field\":\"stage\",\"op\":\"ne\",\"value\":\"ready\"}]}]}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_FILTER *filter = filter_of(cases[i].text);
        AUTO_FREE char *json = json_of(filter);
        cr_expect_str_eq(json, cases[i].json, "%s", cases[i].text);
    }
}

Test(filter, error_points_at_column)
{
    static const struct {
        const char *text;
        size_t at;
        const char *code;
    } cases[] = {
        {"", 0, "filter_syntax"},
        {"stats = NA", 0, "filter_field"},
        {"status", 6, "filter_syntax"},
        {"status = ", 9, "filter_syntax"},
        {"status NA", 7, "filter_syntax"},
        {"status < NA", 7, "filter_op"},
        {"contacted like x", 10, "filter_op"},
        {"attempts < many", 11, "filter_value"},
        {"attempts in (1, 2, x)", 19, "filter_value"},
        {"attempts in (1, 2", 17, "filter_syntax"},
        {"attempts in 1", 12, "filter_syntax"},
        {"attempts = 9999999999999999999", 11, "filter_value"},
        {"stage = redy", 8, "filter_value"},
        {"due_at < tomorrow", 9, "filter_value"},
        {"due_at < 0000-01-01", 9, "filter_value"},
        {"phone = +504", 8, "filter_value"},
        {"phone = 5046218927", 8, "filter_value"},
        {"phone in (+15046218927, 15046218927)", 24, "filter_value"},
        {"email = null", 8, "filter_syntax"},
        {"email is empty", 9, "filter_syntax"},
        {"city = 'Austin", 7, "filter_syntax"},
        {"(city = Austin", 14, "filter_syntax"},
        {"city = Austin)", 13, "filter_syntax"},
        {"city = Austin state = TX", 14, "filter_syntax"},
        {"city = Austin and", 17, "filter_syntax"},
        {"custom. = 1", 0, "filter_field"},
        {"custom.* = 1", 0, "filter_field"},
        {"city = '\xff'", 8, "filter_syntax"},
        {"status = NA; drop table leads", 9, "filter_value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Filter *filter = NULL;
        Error err = {0};
        size_t at = 999;
        cr_expect_eq(filter_parse(cases[i].text, &filter, &at, &err), STATUS_BAD_INPUT, "%s",
                     cases[i].text);
        cr_expect_eq(at, cases[i].at, "%s: at %zu, %s", cases[i].text, at, err.text);
        cr_expect_str_eq(err.code, cases[i].code, "%s: %s", cases[i].text, err.text);
        cr_expect_str_eq(err.field, "where");
        cr_expect_null(filter);
    }
    Error err = {0};
    Filter *filter = NULL;
    cr_expect_eq(filter_parse("city = 'Málaga' and statuss = NA", &filter, NULL, &err),
                 STATUS_BAD_INPUT);
    cr_expect_str_eq(err.text,
                     "column 21: \"statuss\" is no field of a lead; did you mean status?");
}

Test(filter, size_is_bounded)
{
    static const struct {
        const char *before, *many, *after;
        int times;
        const char *code; /* NULL: allowed */
    } cases[] = {
        {"", "not ", "dnc = true", 10, NULL},
        {"", "not ", "dnc = true", 11, "filter_too_large"},
        {"", "(", "dnc = true", 100000, "filter_too_large"},
        {"", "(", "dnc = true", 1000, "filter_too_large"},
        {"dnc = true", " and dnc = true", "", 254, NULL},
        {"dnc = true", " and dnc = true", "", 256, "filter_too_large"},
        {"zip in (1", ",1", ")", 999, NULL},
        {"zip in (1", ",1", ")", 1000, "filter_too_large"},
        {"zip = '", "x", "'", 256, NULL},
        {"zip = '", "x", "'", 257, "filter_too_large"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_STRBUF text = STRBUF_INIT;
        strbuf_adds(&text, cases[i].before);
        for (int n = 0; n < cases[i].times; n++) {
            strbuf_adds(&text, cases[i].many);
        }
        strbuf_adds(&text, cases[i].after);
        AUTO_FILTER *filter = NULL;
        Error err = {0};
        Status status = filter_parse(text.data, &filter, NULL, &err);
        cr_expect_eq(status == STATUS_OK, cases[i].code == NULL, "case %zu: %s", i, err.text);
        cr_expect_str_eq(err.code, cases[i].code == NULL ? "" : cases[i].code, "case %zu", i);
    }
}

Test(filter, json_is_strict)
{
    static const struct {
        const char *json;
        const char *code;
        const char *field;
    } cases[] = {
        {"{\"field\":\"attempts\",\"op\":\"lt\",\"value\":3}", "", ""},
        {"{\"field\":\"dnc\",\"op\":\"eq\",\"value\":false}", "", ""},
        {"{}", "missing_field", "field"},
        {"{\"and\":[]}", "wrong_type", "and"},
        {"{\"and\":[{\"field\":\"dnc\",\"op\":\"eq\",\"value\":true}]}", "wrong_type", "and"},
        {"{\"not\":3}", "wrong_type", "not."},
        {"{\"not\":{\"field\":\"dnc\",\"op\":\"eq\",\"value\":true},\"x\":1}", "unknown_field",
         "not"},
        {"{\"field\":\"dnc\",\"op\":\"eq\",\"value\":true,\"x\":1}", "unknown_field", "x"},
        {"{\"field\":\"dnc\",\"op\":\"eq\"}", "filter_value", "value"},
        {"{\"field\":\"dnc\",\"op\":\"eq\",\"value\":null}", "wrong_type", "value"},
        {"{\"field\":\"dnc\",\"op\":\"is\",\"value\":true}", "filter_op", "op"},
        {"{\"field\":\"dnc\",\"op\":\"like\",\"value\":\"t\"}", "filter_op", "op"},
        {"{\"field\":\"phones\",\"op\":\"null\"}", "filter_field", "field"},
        {"{\"field\":\"phone\",\"op\":\"null\",\"value\":1}", "filter_value", "value"},
        {"{\"field\":\"zip\",\"op\":\"in\",\"value\":1}", "filter_value", "value"},
        {"{\"field\":\"zip\",\"op\":\"in\",\"values\":[]}", "out_of_range", "values"},
        {"{\"field\":\"zip\",\"op\":\"in\",\"values\":[\"1\",[]]}", "wrong_type", "values[1]"},
        {"{\"or\":[{\"field\":\"dnc\",\"op\":\"eq\",\"value\":true},"
         "{\"not\":{\"field\":\"attempts\",\"op\":\"gt\",\"value\":\"x\"}}]}",
         "filter_value", "or[1].not.value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *json = json_loads(cases[i].json, 0, NULL);
        AUTO_FILTER *filter = NULL;
        Error err = {0};
        Status status = filter_json(json, &filter, &err);
        cr_expect_eq(status == STATUS_OK, cases[i].code[0] == '\0', "%s: %s", cases[i].json,
                     err.text);
        cr_expect_str_eq(err.code, cases[i].code, "%s: %s", cases[i].json, err.text);
        cr_expect_str_eq(err.field, cases[i].field, "%s: %s", cases[i].json, err.text);
        json_decref(json);
    }
}

Test(filter, sql_has_no_value_in_it)
{
    static const struct {
        const char *text;
        const char *sql;
        const char *values; /* by | */
    } cases[] = {
        {"stage = ready", "(l.stage = (SELECT (v)[1]::smallint))", "6"},
        {"phone = +15046218927", "(l.phone = (SELECT (v)[1]::bigint))", "15046218927"},
        {"city != Austin", "(l.city IS DISTINCT FROM (SELECT (v)[1]::text))", "Austin"},
        {"city > A", "(l.city COLLATE \"C\" > (SELECT (v)[1]::text))", "A"},
        {"city like 'A%'", "(l.city LIKE (SELECT (v)[1]::text) ESCAPE '')", "A%"},
        {"not (dnc = true or zip is null)",
         "(((l.dnc = (SELECT (v)[1]::boolean)) OR (l.zip IS NULL)) IS NOT TRUE)", "true"},
        {"attempts in (1, 2)", "(l.attempts = ANY ((SELECT (v)[1:2]::bigint[])::bigint[]))", "1|2"},
        {"custom.x = 5 and custom.y < abc",
         "(((l.custom ->> (SELECT (v)[1]::text)) = (SELECT (v)[2]::text)) AND "
         "((l.custom ->> (SELECT (v)[3]::text)) COLLATE \"C\" < (SELECT (v)[4]::text)))",
         "x|5|y|abc"},
        {"custom.x < 5",
         "((CASE WHEN (l.custom ->> (SELECT (v)[1]::text)) ~ '^-?[0-9]{1,30}(\\.[0-9]{1,30})?$' "
         "THEN (l.custom ->> (SELECT (v)[2]::text))::numeric END) < (SELECT (v)[3]::numeric))",
         "x|x|5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_FILTER *filter = filter_of(cases[i].text);
        AUTO_STRBUF sql = STRBUF_INIT;
        AUTO_STRBUF joined = STRBUF_INIT;
        static FilterValues values;
        filter_sql(filter, "v", &sql, &values);
        for (size_t n = 0; n < values.count; n++) {
            strbuf_adds(&joined, n > 0 ? "|" : "");
            strbuf_adds(&joined, values.items[n]);
        }
        cr_expect_str_eq(sql.data, cases[i].sql, "%s", cases[i].text);
        cr_expect_str_eq(joined.data, cases[i].values, "%s", cases[i].text);
    }
}

static bool names_status(const Filter *leaf)
{
    return leaf->op == FILTER_EQ && strcmp(leaf->field->name, "status") == 0;
}

/* With the places that the whole filter gives to its values. */
Test(filter, sql_of_what_names_a_lead)
{
#define A "(l.status = (SELECT (v)[1]::text))"
#define B "(l.attempts > (SELECT (v)[2]::bigint))"
    static const struct {
        const char *text;
        const char *sql;
    } cases[] = {
        {"status = NA", A},
        {"attempts > 1", "(false)"},
        {"not status = NA", "(false)"},
        {"status = NA or attempts > 1", "(" A " OR (false))"},
        {"status = NA and attempts > 1", "((" A " AND " B ") AND (" A " OR (false)))"},
        {"city in (A, B) or custom.x < 5 or status = NA",
         "((false) OR (false) OR (l.status = (SELECT (v)[6]::text)))"},
        {"status = NA and attempts > 1 or status = B",
         "(((" A " AND " B ") AND (" A " OR (false))) OR (l.status = (SELECT (v)[3]::text)))"},
    };
#undef A
#undef B
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_FILTER *filter = filter_of(cases[i].text);
        AUTO_STRBUF sql = STRBUF_INIT;
        AUTO_STRBUF whole = STRBUF_INIT;
        static FilterValues values;
        static FilterValues named;
        filter_sql(filter, "v", &whole, &values);
        filter_named_sql(filter, names_status, "v", &sql, &named);
        cr_expect_str_eq(sql.data, cases[i].sql, "%s", cases[i].text);
        cr_expect_eq(named.count, values.count, "%s", cases[i].text);
        for (size_t n = 0; n < values.count; n++) {
            cr_expect_str_eq(named.items[n], values.items[n], "%s", cases[i].text);
        }
    }
}

/* ---- random: nothing crashes, and what is taken comes back the same ---- */

static uint64_t seed = 88172645463325252U;

static unsigned any_below(unsigned limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % limit);
}

static void round_trip(const char *text)
{
    AUTO_FILTER *filter = NULL;
    if (filter_parse(text, &filter, NULL, NULL) != STATUS_OK) {
        return;
    }
    AUTO_FREE char *once = printed(filter);
    AUTO_FILTER *again = filter_of(once);
    AUTO_FREE char *twice = printed(again);
    AUTO_FREE char *json = json_of(filter);
    AUTO_FREE char *json_again = json_of(again);
    cr_assert_str_eq(once, twice);
    cr_assert_str_eq(json, json_again);
    json_t *tree = json_loads(json, 0, NULL);
    AUTO_FILTER *read = NULL;
    Error err = {0};
    cr_assert_eq(filter_json(tree, &read, &err), STATUS_OK, "%s: %s", json, err.text);
    AUTO_FREE char *of_json = printed(read);
    cr_assert_str_eq(of_json, once);
    json_decref(tree);
    static FilterValues values;
    AUTO_STRBUF sql = STRBUF_INIT;
    filter_sql(filter, "v", &sql, &values);
    filter_named_sql(filter, names_status, "v", &sql, &values);
}

static void add_random(StrBuf *buf, int depth)
{
    static const char *const leaves[] = {
        "status = NA",         "attempts in (1, 2, 3)",      "custom.tier > 'g''old'",
        "custom.\"a b\" = ''", "last_called_at is not null", "phone != +15046218927",
        "city not like 'A%'",  "due_at >= 2026-01-01",       "state in (IN, or, 'null')",
        "not dnc = true",      "custom.n <= 3.25",           "stage in (ready, dnc)",
    };
    if (depth == 0 || any_below(3) == 0) {
        strbuf_adds(buf, leaves[any_below(sizeof leaves / sizeof leaves[0])]);
        return;
    }
    unsigned parts = 2 + any_below(3);
    const char *join = any_below(2) == 0 ? " and " : " or ";
    strbuf_adds(buf, any_below(4) == 0 ? "not (" : "(");
    for (unsigned i = 0; i < parts; i++) {
        strbuf_adds(buf, i > 0 ? join : "");
        add_random(buf, depth - 1);
    }
    strbuf_addc(buf, ')');
}

Test(filter, random_filters_come_back, .timeout = 120)
{
    for (int i = 0; i < 3000; i++) {
        AUTO_STRBUF text = STRBUF_INIT;
        add_random(&text, 1 + (int)any_below(4));
        round_trip(text.data);
    }
}

Test(filter, mutated_filters_do_no_harm, .timeout = 120)
{
    static const char *const pieces[] = {" and ", "(",  ")",       "'",    "\"", " not ",
                                         "in",    "is", "custom.", "\xc3", "=",  ","};
    for (int i = 0; i < EFFORT(20000, 4000); i++) {
        AUTO_STRBUF text = STRBUF_INIT;
        add_random(&text, 1 + (int)any_below(3));
        for (unsigned changes = 1 + any_below(4); changes > 0; changes--) {
            size_t at = any_below((unsigned)text.len);
            if (any_below(2) == 0) {
                text.data[at] = (char)(1 + any_below(255));
            } else {
                AUTO_FREE char *tail = mem_strdup(text.data + at);
                text.len = at;
                strbuf_adds(&text, pieces[any_below(sizeof pieces / sizeof pieces[0])]);
                strbuf_adds(&text, tail + any_below((unsigned)strlen(tail) + 1));
            }
        }
        round_trip(text.data);
    }
}

Test(filter, random_bytes_do_no_harm, .timeout = 120)
{
    for (int i = 0; i < EFFORT(50000, 10000); i++) {
        char text[64];
        size_t len = any_below(sizeof text);
        for (size_t n = 0; n < len; n++) {
            text[n] = (char)(1 + any_below(255));
        }
        text[len] = '\0';
        round_trip(text);
    }
}
