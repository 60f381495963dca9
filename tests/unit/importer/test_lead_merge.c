#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "importer/custom_json.h"
#include "importer/lead_merge.h"

static TextSlice slice(const char *text)
{
    return text_of(text);
}

/* ---- texts ---- */

typedef struct TextCase {
    const char *name;
    LeadText text;
    const char *old;
    const char *value; /* NULL: not given */
    bool erases;
    const char *after;
    bool changes;
} TextCase;

static const TextCase text_cases[] = {
    {"new value", LEAD_CITY, "Boston", "Biloxi", false, "Biloxi", true},
    {"first value", LEAD_CITY, "", "Biloxi", false, "Biloxi", true},
    {"same value", LEAD_CITY, "Boston", "Boston", true, "Boston", false},
    {"not given", LEAD_CITY, "Boston", NULL, true, "Boston", false},
    {"empty is as if not given", LEAD_CITY, "Boston", "", false, "Boston", false},
    {"empty erases", LEAD_CITY, "Boston", "", true, "", true},
    {"nothing to erase", LEAD_CITY, "", "", true, "", false},
    {"longer", LEAD_CITY, "Bos", "Boston", false, "Boston", true},
    {"external_id is not erased", LEAD_EXTERNAL_ID, "x1", "", true, "x1", false},
    {"external_id changes", LEAD_EXTERNAL_ID, "x1", "x2", true, "x2", true},
    {"time zone erased", LEAD_TIME_ZONE, "EST", "", true, "", true},
};

Test(lead_merge, texts)
{
    for (size_t i = 0; i < sizeof text_cases / sizeof text_cases[0]; i++) {
        const TextCase *c = &text_cases[i];
        StrBuf scratch = STRBUF_INIT;
        LeadRow lead = {.phone = 1, .texts = {[LEAD_ZIP] = {"70116", 5}}};
        LeadRow row = {0};
        lead.texts[c->text] = slice(c->old);
        row.texts[c->text] = slice(c->value);
        LeadChange change = {.row = &row,
                             .has = c->value != NULL ? LEAD_HAS(c->text) : 0,
                             .empty_erases = c->erases};
        uint32_t changed = lead_merge(&lead, &change, &scratch);
        cr_assert_eq(changed, c->changes ? LEAD_HAS(c->text) : 0, "%s", c->name);
        cr_assert_eq(lead.texts[c->text].len, strlen(c->after), "%s", c->name);
        cr_assert_eq(memcmp(lead.texts[c->text].data, c->after, strlen(c->after)), 0, "%s",
                     c->name);
        cr_assert_eq(lead.texts[LEAD_ZIP].len, 5, "%s: others stay", c->name);
        strbuf_done(&scratch);
    }
}

Test(lead_merge, a_phone_brings_its_verification)
{
    StrBuf scratch = STRBUF_INIT;
    LeadRow lead = {.phone = 15046218927, .verified = true};
    LeadRow row = {.phone = 15046218928, .verified = false};
    LeadChange change = {.row = &row, .has = LEAD_HAS_PHONE};
    cr_assert_eq(lead_merge(&lead, &change, &scratch), LEAD_HAS_PHONE);
    cr_assert_eq(lead.phone, 15046218928);
    cr_assert_not(lead.verified);
    cr_assert_eq(lead_merge(&lead, &change, &scratch), 0);
    row.phone = 0;
    cr_assert_eq(lead_merge(&lead, &change, &scratch), 0);
    cr_assert_eq(lead.phone, 15046218928, "a phone is not erased");
    strbuf_done(&scratch);
}

Test(lead_merge, priority_only_when_given)
{
    StrBuf scratch = STRBUF_INIT;
    LeadRow lead = {.priority = 7};
    LeadRow row = {.priority = 50};
    LeadChange change = {.row = &row};
    cr_assert_eq(lead_merge(&lead, &change, &scratch), 0);
    change.has = LEAD_HAS_PRIORITY;
    cr_assert_eq(lead_merge(&lead, &change, &scratch), LEAD_HAS_PRIORITY);
    cr_assert_eq(lead.priority, 50);
    strbuf_done(&scratch);
}

/* ---- custom ---- */

typedef struct CustomCase {
    const char *name;
    const char *old;
    const char *value;
    bool nulls;
    bool erases;
    const char *after;
    bool changes;
} CustomCase;

static const CustomCase custom_cases[] = {
    {"first", "", "{\"a\":1}", true, true, "{\"a\":1}", true},
    {"key by key", "{\"a\":1,\"b\":2}", "{\"b\":3}", true, true, "{\"a\":1,\"b\":3}", true},
    {"same", "{\"a\":1,\"b\":2}", "{\"b\":2}", true, true, "{\"a\":1,\"b\":2}", false},
    {"same number otherwise written", "{\"a\":1.0}", "{\"a\":1}", true, true, "{\"a\":1.0}", false},
    {"other type", "{\"a\":\"1\"}", "{\"a\":1}", true, true, "{\"a\":1}", true},
    {"null erases a key", "{\"a\":1,\"b\":2}", "{\"b\":null}", true, true, "{\"a\":1}", true},
    {"null of an absent key", "{\"a\":1}", "{\"b\":null}", true, true, "{\"a\":1}", false},
    {"nulls are no values", "{\"a\":1}", "{\"a\":null}", false, false, "{\"a\":1}", false},
    {"the last key goes", "{\"a\":1}", "{\"a\":null}", true, true, "", true},
    {"empty erases all", "{\"a\":1}", "", true, true, "", true},
    {"empty is as if not given", "{\"a\":1}", "", false, false, "{\"a\":1}", false},
    {"nothing to erase", "", "", true, true, "", false},
    {"only nulls for nothing", "", "{\"a\":null}", true, true, "", false},
    {"true and text", "{\"a\":false}", "{\"a\":true,\"b\":\"x\\\"y\"}", true, true,
     "{\"a\":true,\"b\":\"x\\\"y\"}", true},
};

static bool same_json(TextSlice found, const char *wanted)
{
    json_t *a = json_loadb(found.data, found.len, 0, NULL);
    json_t *b = json_loads(wanted, 0, NULL);
    bool same = a != NULL && b != NULL ? json_equal(a, b) : found.len == strlen(wanted);
    json_decref(a);
    json_decref(b);
    return same;
}

Test(lead_merge, custom_key_by_key)
{
    for (size_t i = 0; i < sizeof custom_cases / sizeof custom_cases[0]; i++) {
        const CustomCase *c = &custom_cases[i];
        StrBuf scratch = STRBUF_INIT;
        LeadRow lead = {.custom = slice(c->old)};
        LeadRow row = {.custom = slice(c->value)};
        LeadChange change = {.row = &row,
                             .has = LEAD_HAS_CUSTOM,
                             .empty_erases = c->erases,
                             .custom_nulls = c->nulls};
        uint32_t changed = lead_merge(&lead, &change, &scratch);
        cr_assert_eq(changed, c->changes ? LEAD_HAS_CUSTOM : 0, "%s", c->name);
        cr_assert(same_json(lead.custom, c->after), "%s: %.*s", c->name, (int)lead.custom.len,
                  lead.custom.data);
        strbuf_done(&scratch);
    }
}

Test(lead_merge, custom_again_in_the_same_scratch)
{
    StrBuf scratch = STRBUF_INIT;
    LeadRow lead = {0};
    LeadRow first = {.custom = slice("{\"a\":1}")};
    LeadRow second = {.custom = slice("{\"b\":2}")};
    LeadChange change = {.row = &first, .has = LEAD_HAS_CUSTOM};
    lead_merge(&lead, &change, &scratch);
    change.row = &second;
    lead_merge(&lead, &change, &scratch);
    cr_assert(same_json(lead.custom, "{\"a\":1,\"b\":2}"));
    strbuf_done(&scratch);
}

static const struct {
    double value;
    const char *text;
} reals[] = {
    {0.5, "{\"k\":0.5}"},
    {0.1, "{\"k\":0.1}"},
    {1.0 / 3, "{\"k\":0.3333333333333333}"},
    {0.1 + 0.2, "{\"k\":0.30000000000000004}"},
    {-2.25, "{\"k\":-2.25}"},
    {1e18, "{\"k\":1e+18}"},
    {5e-324, "{\"k\":4.94065645841247e-324}"},
};

Test(custom_json, numbers_are_written_as_short_as_they_can_be)
{
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
        StrBuf json = STRBUF_INIT;
        json_t *value = json_real(reals[i].value);
        strbuf_addc(&json, '{');
        custom_json_add(&json, "k", value);
        strbuf_addc(&json, '}');
        cr_assert_str_eq(json.data, reals[i].text);
        json_decref(value);
        strbuf_done(&json);
    }
}

static const struct {
    const char *json;
    bool ok;
} values[] = {
    {"1", true},     {"1.5", true}, {"\"x\"", true},      {"true", true},  {"1e18", true},
    {"1e19", false}, {"[]", false}, {"{\"a\":1}", false}, {"null", false},
};

Test(custom_json, values_are_flat_and_within_64_bits)
{
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        json_t *value = json_loads(values[i].json, JSON_DECODE_ANY, NULL);
        cr_assert_eq(custom_json_value_ok(value), values[i].ok, "%s", values[i].json);
        json_decref(value);
    }
}

/* ---- what follows ---- */

static const struct {
    uint32_t changed;
    const char *names;
    bool moves_zone;
} names[] = {
    {0, "[]", false},
    {LEAD_HAS(LEAD_CITY), "[\"city\"]", false},
    {LEAD_HAS(LEAD_CITY) | LEAD_HAS_PHONE, "[\"city\",\"phone\"]", true},
    {LEAD_HAS_PRIORITY | LEAD_HAS_CUSTOM, "[\"priority\",\"custom\"]", false},
    {LEAD_HAS(LEAD_STATE), "[\"state\"]", true},
    {LEAD_HAS(LEAD_COUNTRY), "[\"country\"]", true},
    {LEAD_HAS(LEAD_TIME_ZONE) | LEAD_HAS(LEAD_EXTENSION), "[\"extension\",\"time_zone\"]", true},
};

Test(lead_merge, changed_fields_have_names_and_may_move_the_zone)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        StrBuf json = STRBUF_INIT;
        lead_merge_names(names[i].changed, &json);
        cr_assert_str_eq(json.data, names[i].names);
        cr_assert_eq(lead_merge_moves_zone(names[i].changed), names[i].moves_zone, "%s",
                     names[i].names);
        strbuf_done(&json);
    }
}
