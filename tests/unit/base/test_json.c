#include "base/json.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"

typedef struct Sample {
    const char *list_id;
    const char *name;
    int64_t lead_id;
    int64_t priority;
    JsonBool active;
    int order;
    int64_t due_at_us;
    json_t *custom;
    json_t *leads;
    json_t *any;
} Sample;

static const char *const order_words[] = {"fresh_first", "due", "newest", "random", NULL};

static const JsonField sample_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(Sample, list_id), .required = true},
    {"name", JSON_FIELD_STRING, offsetof(Sample, name), .min = 1, .max = 10},
    {"lead_id", JSON_FIELD_NUMBER_ID, offsetof(Sample, lead_id)},
    {"priority", JSON_FIELD_INT, offsetof(Sample, priority), .min = -5, .max = 99},
    {"active", JSON_FIELD_BOOL, offsetof(Sample, active)},
    {"order", JSON_FIELD_ENUM, offsetof(Sample, order), .words = order_words},
    {"due_at", JSON_FIELD_TIME, offsetof(Sample, due_at_us)},
    {"custom", JSON_FIELD_OBJECT, offsetof(Sample, custom), .max = 2},
    {"leads", JSON_FIELD_ARRAY, offsetof(Sample, leads), .min = 1, .max = 3},
    {"any", JSON_FIELD_ANY, offsetof(Sample, any)},
    {NULL},
};

static Status parse(const char *text, Error *err)
{
    AUTO_JSON json_t *json = NULL;
    return json_parse(text, strlen(text), &json, err);
}

static char *repeat(const char *before, const char *what, int times, const char *after)
{
    AUTO_STRBUF buf = STRBUF_INIT;
    strbuf_adds(&buf, before);
    for (int i = 0; i < times; i++) {
        strbuf_adds(&buf, what);
    }
    strbuf_adds(&buf, after);
    return strbuf_detach(&buf);
}

/* {"k0":0,"k1":0,...} */
static char *object_with_keys(int count)
{
    AUTO_STRBUF buf = STRBUF_INIT;
    for (int i = 0; i < count; i++) {
        strbuf_addf(&buf, "%s\"k%d\":0", i == 0 ? "{" : ",", i);
    }
    strbuf_adds(&buf, "}");
    return strbuf_detach(&buf);
}

static void expect_code(const char *text, const char *code)
{
    Error err = {.code = "ok"};
    Status status = parse(text, &err);
    cr_expect_eq(status, strcmp(code, "ok") == 0 ? STATUS_OK : STATUS_BAD_INPUT, "%.60s", text);
    cr_expect_str_eq(err.code, code, "%.60s: %s", text, err.text);
}

Test(json, codes_of_small_texts)
{
    static const struct {
        const char *text;
        const char *code;
    } cases[] = {
        {"{}", "ok"},
        {"[]", "ok"},
        {" {\"a\": [1, -2.5e3, true, null, \"x\\u00e9\\\"\"]} ", "ok"},
        {"", "json_invalid"},
        {"1", "json_invalid"},
        {"\"text\"", "json_invalid"},
        {"{", "json_invalid"},
        {"}", "json_invalid"},
        {"]]]", "json_invalid"},
        {"{\"a\":1}x", "json_invalid"},
        {"{\"a\":1,}", "json_invalid"},
        {"{'a':1}", "json_invalid"},
        {"{\"a\":NaN}", "json_invalid"},
        {"{\"a\":01}", "json_invalid"},
        {"{\"a\":\"\xff\"}", "json_invalid"},
        {"{\"a\":\"\xc0\xaf\"}", "json_invalid"},
        {"{\"a\":\"\\ud800\"}", "json_invalid"},
        {"{\"a\":\"\n\"}", "json_invalid"},
        {"{\"a\":\"unclosed", "json_invalid"},
        {"{\"a\":\"\\", "json_invalid"},
        {"\xef\xbb\xbf{}", "json_invalid"},
        {"{\"a\":9223372036854775807}", "ok"},
        {"{\"a\":9223372036854775808}", "json_invalid"},
        {"{\"a\":1e400}", "json_invalid"},
        {"{\"a\":\"\\u0000\"}", "json_nul"},
        {"{\"a\\u0000\":1}", "json_nul"},
        {"{\"a\":\"\\\\u0000\"}", "ok"},
        {"{\"a\":1,\"a\":2}", "json_duplicate_key"},
        {"{\"a\":1,\"\\u0061\":2}", "json_duplicate_key"},
        {"[{\"a\":1},{\"a\":2}]", "ok"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_code(cases[i].text, cases[i].code);
    }
}

Test(json, a_raw_nul_is_refused_inside_and_outside_of_strings)
{
    AUTO_JSON json_t *json = NULL;
    Error err;
    cr_expect_eq(json_parse("{\"a\":\"\0\"}", 9, &json, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "json_nul");
    cr_expect_eq(json_parse("{}\0", 3, &json, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "json_nul");
    cr_expect_null(json);
}

Test(json, limits_hold_at_their_edge)
{
    const struct {
        char *text;
        const char *code;
    } cases[] = {
        {repeat("", "[", JSON_MAX_DEPTH, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"), "ok"},
        {repeat("", "[", JSON_MAX_DEPTH + 1, ""), "json_too_deep"},
        {repeat("", "{\"a\":", 1000, ""), "json_too_deep"},
        {repeat("[\"", "[", 100, "\"]"), "ok"},
        {object_with_keys(JSON_MAX_KEYS), "ok"},
        {object_with_keys(JSON_MAX_KEYS + 1), "json_too_many_keys"},
        {repeat("[\"", "x", JSON_MAX_STRING, "\"]"), "ok"},
        {repeat("[\"", "x", JSON_MAX_STRING + 1, "\"]"), "json_string_too_long"},
        {repeat("{\"", "x", JSON_MAX_STRING + 1, "\":1}"), "json_string_too_long"},
        {repeat("[", " ", JSON_MAX_BYTES - 2, "]"), "ok"},
        {repeat("[", " ", JSON_MAX_BYTES - 1, "]"), "json_too_large"},
        {repeat("[{\"a\":1,\"b\":2,\"c\":3}", ",{\"a\":1,\"b\":2,\"c\":3}", 499, "]"), "ok"},
        {repeat("[{\"a\":{\"b\":1},", "\"x\":1,", 0, "\"c\":2}]"), "ok"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_code(cases[i].text, cases[i].code);
        free(cases[i].text);
    }
}

Test(json, keys_are_counted_by_object_across_nested_ones)
{
    AUTO_FREE char *inner = object_with_keys(300);
    AUTO_FREE char *two = mem_sprintf("{\"a\":%s,\"b\":%s}", inner, inner);
    expect_code(two, "ok");
    AUTO_FREE char *keys = object_with_keys(512);
    keys[strlen(keys) - 1] = '\0';
    AUTO_FREE char *late = mem_sprintf("%s,\"o\":%s}", keys, inner);
    expect_code(late, "json_too_many_keys");
}

Test(json, says_where_but_never_what)
{
    Error err;
    parse("{\"phone\": +15046218927}", &err);
    cr_expect_str_eq(err.code, "json_invalid");
    cr_expect_not_null(strstr(err.text, "at byte 1"), "%s", err.text);
    cr_expect_null(strstr(err.text, "504"));
}

Test(json, names_the_key_that_stands_twice)
{
    Error err;
    parse("{\"list_id\":\"a\",\"list_id\":\"b\"}", &err);
    cr_expect_str_eq(err.field, "list_id");
    parse("{\"+15046218927\":1,\"+15046218927\":2}", &err);
    cr_expect_str_eq(err.field, "(unprintable)");
    cr_expect_null(strstr(err.text, "504"));
}

Test(json, a_message_must_be_an_object)
{
    AUTO_JSON json_t *object = NULL;
    Error err;
    cr_expect_eq(json_parse_object("[1]", 3, &object, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "wrong_type");
    cr_expect_null(object);
    cr_expect_eq(json_parse_object("{}", 2, &object, &err), STATUS_OK);
    cr_expect(json_is_object(object));
}

Test(json, reads_every_type_of_field)
{
    static const char text[] =
        "{\"list_id\":\"spring\",\"name\":\"Spring\",\"lead_id\":\"9007199254740993\",\"priority\":"
        "-5,"
        "\"active\":false,\"order\":\"newest\",\"due_at\":\"1970-01-01T00:00:01Z\","
        "\"custom\":{\"a\":1},\"leads\":[1,2],\"any\":null}";
    AUTO_JSON json_t *object = NULL;
    Sample sample = {.priority = 7};
    Error err;
    cr_assert_eq(json_parse_object(text, strlen(text), &object, &err), STATUS_OK);
    cr_assert_eq(json_read_fields(object, sample_fields, &sample, &err), STATUS_OK, "%s", err.text);
    cr_expect_str_eq(sample.list_id, "spring");
    cr_expect_str_eq(sample.name, "Spring");
    cr_expect_eq(sample.lead_id, 9007199254740993);
    cr_expect_eq(sample.priority, -5);
    cr_expect_eq(sample.active, JSON_BOOL_FALSE);
    cr_expect_eq(sample.order, 2);
    cr_expect_eq(sample.due_at_us, 1000000);
    cr_expect_eq(json_object_size(sample.custom), 1);
    cr_expect_eq(json_array_size(sample.leads), 2);
    cr_expect(json_is_null(sample.any));
}

Test(json, absent_fields_keep_the_callers_defaults)
{
    AUTO_JSON json_t *object = json_pack("{s:s}", "list_id", "a");
    Sample sample = {.name = "default", .priority = 7, .order = 1, .lead_id = -1};
    cr_assert_eq(json_read_fields(object, sample_fields, &sample, NULL), STATUS_OK);
    cr_expect_str_eq(sample.name, "default");
    cr_expect_eq(sample.priority, 7);
    cr_expect_eq(sample.order, 1);
    cr_expect_eq(sample.lead_id, -1);
    cr_expect_eq(sample.active, JSON_BOOL_ABSENT);
    cr_expect_null(sample.custom);
}

Test(json, refuses_wrong_fields_with_code_and_name)
{
    static const struct {
        const char *rest; /* of {"list_id":"a" ...} */
        const char *code;
        const char *field;
    } cases[] = {
        {",\"prioritty\":1", "unknown_field", "prioritty"},
        {",\"\":1", "unknown_field", "(unprintable)"},
        {",\"John Doe\":1", "unknown_field", "(unprintable)"},
        {",\"name\":1", "wrong_type", "name"},
        {",\"name\":null", "wrong_type", "name"},
        {",\"name\":\"\"", "out_of_range", "name"},
        {",\"name\":\"12345678901\"", "out_of_range", "name"},
        {",\"lead_id\":12", "wrong_type", "lead_id"},
        {",\"lead_id\":\"012\"", "invalid_id", "lead_id"},
        {",\"lead_id\":\"9223372036854775808\"", "invalid_id", "lead_id"},
        {",\"priority\":\"1\"", "wrong_type", "priority"},
        {",\"priority\":1.0", "wrong_type", "priority"},
        {",\"priority\":true", "wrong_type", "priority"},
        {",\"priority\":-6", "out_of_range", "priority"},
        {",\"priority\":100", "out_of_range", "priority"},
        {",\"active\":1", "wrong_type", "active"},
        {",\"active\":\"true\"", "wrong_type", "active"},
        {",\"order\":\"DUE\"", "invalid_value", "order"},
        {",\"order\":1", "wrong_type", "order"},
        {",\"due_at\":\"2026-11-23\"", "invalid_time", "due_at"},
        {",\"due_at\":0", "wrong_type", "due_at"},
        {",\"custom\":[]", "wrong_type", "custom"},
        {",\"custom\":{\"a\":1,\"b\":2,\"c\":3}", "out_of_range", "custom"},
        {",\"leads\":{}", "wrong_type", "leads"},
        {",\"leads\":[]", "out_of_range", "leads"},
        {",\"leads\":[1,2,3,4]", "out_of_range", "leads"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_FREE char *text = mem_sprintf("{\"list_id\":\"a\"%s}", cases[i].rest);
        AUTO_JSON json_t *object = NULL;
        Sample sample = {.list_id = "untouched"};
        Error err;
        cr_assert_eq(json_parse_object(text, strlen(text), &object, &err), STATUS_OK, "%s", text);
        cr_expect_eq(json_read_fields(object, sample_fields, &sample, &err), STATUS_BAD_INPUT);
        cr_expect_str_eq(err.code, cases[i].code, "%s: %s", text, err.text);
        cr_expect_str_eq(err.field, cases[i].field);
        cr_expect_str_eq(sample.list_id, "untouched");
    }
}

Test(json, refuses_a_bad_or_missing_id)
{
    static const struct {
        const char *text;
        const char *code;
    } cases[] = {
        {"{}", "missing_field"},
        {"{\"list_id\":null}", "wrong_type"},
        {"{\"list_id\":7}", "wrong_type"},
        {"{\"list_id\":\"\"}", "invalid_id"},
        {"{\"list_id\":\"a b\"}", "invalid_id"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_JSON json_t *object = json_loads(cases[i].text, 0, NULL);
        Sample sample = {0};
        Error err;
        cr_expect_eq(json_read_fields(object, sample_fields, &sample, &err), STATUS_BAD_INPUT);
        cr_expect_str_eq(err.code, cases[i].code);
        cr_expect_str_eq(err.field, "list_id");
    }
}

Test(json, suggests_the_field_that_was_meant)
{
    AUTO_JSON json_t *object = json_pack("{s:s,s:i}", "list_id", "a", "prioritty", 1);
    Sample sample = {0};
    Error err;
    cr_expect_eq(json_read_fields(object, sample_fields, &sample, &err), STATUS_BAD_INPUT);
    cr_expect_not_null(strstr(err.text, "did you mean \"priority\"?"), "%s", err.text);
}

Test(json, events_may_hold_more_than_is_known)
{
    AUTO_JSON json_t *object = json_pack("{s:s,s:i}", "list_id", "a", "new_field", 1);
    Sample sample = {0};
    cr_expect_eq(json_read_known_fields(object, sample_fields, &sample, NULL), STATUS_OK);
    cr_expect_str_eq(sample.list_id, "a");
}

Test(json, puts_the_place_before_the_field)
{
    Error err;
    error_set_field(&err, "phone", "wrong_type", "no");
    cr_expect_eq(json_error_within(&err, "leads[%d].", 12), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.field, "leads[12].phone");
    for (int i = 0; i < 20; i++) {
        json_error_within(&err, "custom.");
    }
    cr_expect_eq(strlen(err.field), sizeof err.field - 1);
}
