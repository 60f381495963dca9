#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "importer/upsert_read.h"

static bool is_text(TextSlice found, const char *wanted)
{
    return found.len == strlen(wanted) &&
           (found.len == 0 || memcmp(found.data, wanted, found.len) == 0);
}

/* ---- the command ---- */

static const struct {
    const char *json;
    const char *code; /* NULL: it is good */
    const char *field;
    int count;
} commands[] = {
    {"{\"list_id\":\"a\",\"lead\":{}}", NULL, NULL, 1},
    {"{\"list_id\":\"a\",\"leads\":[{},{}]}", NULL, NULL, 2},
    {"{\"lead\":{}}", "missing_field", "list_id", 0},
    {"{\"list_id\":\"a b\",\"lead\":{}}", "invalid_id", "list_id", 0},
    {"{\"list_id\":\"a\"}", "missing_field", "lead", 0},
    {"{\"list_id\":\"a\",\"lead\":{},\"leads\":[{}]}", "lead_and_leads", "lead", 0},
    {"{\"list_id\":\"a\",\"leads\":[]}", "out_of_range", "leads", 0},
    {"{\"list_id\":\"a\",\"lead\":[]}", "wrong_type", "lead", 0},
    {"{\"list_id\":\"a\",\"laed\":{}}", "unknown_field", "laed", 0},
};

Test(upsert_read, commands)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        json_t *data = json_loads(commands[i].json, 0, NULL);
        UpsertCommand command;
        Error err;
        Status status = upsert_read_command(data, &command, &err);
        cr_assert_eq(status == STATUS_OK, commands[i].code == NULL, "%s", commands[i].json);
        if (status == STATUS_OK) {
            cr_assert_eq(upsert_command_count(&command), commands[i].count);
        } else {
            cr_assert_str_eq(err.code, commands[i].code);
            cr_assert_str_eq(err.field, commands[i].field);
        }
        json_decref(data);
    }
}

/* ---- items ---- */

typedef struct Reading {
    Arena arena;
    UpsertReader reader;
    UpsertList list;
    json_t *data;
    UpsertItem item;
} Reading;

static void reading_open(Reading *reading, const char *lead)
{
    char json[4096];
    snprintf(json, sizeof json, "{\"list_id\":\"a\",\"lead\":%s}", lead);
    *reading = (Reading){.list = {.default_country = "US", .delta = {.list_no = 5}}};
    reading->data = json_loads(json, 0, NULL);
    cr_assert_not_null(reading->data, "%s", json);
    UpsertCommand command;
    cr_assert_eq(upsert_read_command(reading->data, &command, NULL), STATUS_OK);
    upsert_reader_init(&reading->reader, &reading->arena);
    upsert_read_item(&reading->reader, &command, 0, &reading->list, &reading->item);
}

static void reading_close(Reading *reading)
{
    upsert_reader_done(&reading->reader);
    arena_done(&reading->arena);
    json_decref(reading->data);
}

static const struct {
    const char *lead;
    const char *code;
    const char *field;
} bad_leads[] = {
    {"{}", "phone_missing", "phone"},
    {"{\"city\":\"Biloxi\"}", "phone_missing", "phone"},
    {"{\"phone\":null,\"external_id\":\"x\"}", "phone_missing", "phone"},
    {"{\"phone\":\"\",\"external_id\":\"x\"}", "phone_missing", "phone"},
    {"{\"phone\":\"12\"}", "phone_too_short", "phone"},
    {"{\"phone\":\"6218927\"}", "phone_seven_digits", "phone"},
    {"{\"phone\":5046218927}", "wrong_type", "phone"},
    {"{\"phone\":\"5046218927\",\"citty\":\"x\"}", "unknown_field", "citty"},
    {"{\"phone\":\"5046218927\",\"city\":7}", "wrong_type", "city"},
    {"{\"phone\":\"5046218927\",\"country\":\"Atlantis\"}", "country_unknown", "country"},
    {"{\"phone\":\"5046218927\",\"time_zone\":\"Mars/Olympus\"}", "time_zone_unknown", "time_zone"},
    {"{\"phone\":\"5046218927\",\"priority\":100}", "out_of_range", "priority"},
    {"{\"phone\":\"5046218927\",\"priority\":\"7\"}", "wrong_type", "priority"},
    {"{\"phone\":\"5046218927\",\"revision\":-1}", "out_of_range", "revision"},
    {"{\"phone\":\"5046218927\",\"revision\":null}", "wrong_type", "revision"},
    {"{\"phone\":\"5046218927\",\"custom\":[]}", "wrong_type", "custom"},
    {"{\"phone\":\"5046218927\",\"custom\":{\"a\":[]}}", "wrong_type", "custom"},
    {"{\"phone\":\"5046218927\",\"custom\":{\"a\":1e30}}", "wrong_type", "custom"},
    {"{\"phone\":\"5046218927\",\"custom\":{\"\":1}}", "invalid_key", "custom"},
    {"{\"phone\":\"5046218927\",\"custom\":{\"a\\tb\":\"x\"}}", "invalid_key", "custom"},
    {"{\"phone\":\"5046218927\",\"zip\":\"123456789012345678901234567890123\"}", "field_too_long",
     "zip"},
};

Test(upsert_read, bad_leads_say_what_is_wrong)
{
    for (size_t i = 0; i < sizeof bad_leads / sizeof bad_leads[0]; i++) {
        Reading reading;
        reading_open(&reading, bad_leads[i].lead);
        cr_assert_not_null(reading.item.problem, "%s", bad_leads[i].lead);
        cr_assert_str_eq(reading.item.problem->code, bad_leads[i].code, "%s", bad_leads[i].lead);
        cr_assert_str_eq(reading.item.problem->field, bad_leads[i].field, "%s", bad_leads[i].lead);
        cr_assert_null(strstr(reading.item.problem->text, "6218927"), "no number in texts");
        reading_close(&reading);
    }
}

static const struct {
    const char *lead;
    int64_t phone;
    uint32_t has;
    LeadText text;
    const char *value;
} good_leads[] = {
    {"{\"phone\":\"(504) 621-8927\"}", 15046218927, LEAD_HAS_PHONE, LEAD_CITY, ""},
    {"{\"phone\":\"504-621-8927 x12\"}", 15046218927, LEAD_HAS_PHONE | LEAD_HAS(LEAD_EXTENSION),
     LEAD_EXTENSION, "12"},
    {"{\"phone\":\"504-621-8927 x12\",\"extension\":\"13\"}", 15046218927,
     LEAD_HAS_PHONE | LEAD_HAS(LEAD_EXTENSION), LEAD_EXTENSION, "13"},
    {"{\"phone\":\"020 7946 0018\",\"country\":\"United Kingdom\"}", 442079460018,
     LEAD_HAS_PHONE | LEAD_HAS(LEAD_COUNTRY), LEAD_COUNTRY, "GB"},
    {"{\"external_id\":\" x1 \"}", 0, LEAD_HAS(LEAD_EXTERNAL_ID), LEAD_EXTERNAL_ID, "x1"},
    {"{\"external_id\":\"x1\",\"state\":\"texas\"}", 0,
     LEAD_HAS(LEAD_EXTERNAL_ID) | LEAD_HAS(LEAD_STATE), LEAD_STATE, "TX"},
    {"{\"external_id\":\"x1\",\"city\":null}", 0, LEAD_HAS(LEAD_EXTERNAL_ID) | LEAD_HAS(LEAD_CITY),
     LEAD_CITY, ""},
    {"{\"external_id\":\"x1\",\"city\":\" New\\nOrleans \"}", 0,
     LEAD_HAS(LEAD_EXTERNAL_ID) | LEAD_HAS(LEAD_CITY), LEAD_CITY, "New Orleans"},
    {"{\"external_id\":\"x1\",\"time_zone\":\"EST\"}", 0,
     LEAD_HAS(LEAD_EXTERNAL_ID) | LEAD_HAS(LEAD_TIME_ZONE), LEAD_TIME_ZONE, "EST"},
};

Test(upsert_read, good_leads_are_cleaned)
{
    for (size_t i = 0; i < sizeof good_leads / sizeof good_leads[0]; i++) {
        Reading reading;
        reading_open(&reading, good_leads[i].lead);
        const UpsertItem *item = &reading.item;
        TextSlice value = item->row.texts[good_leads[i].text];
        cr_assert_null(item->problem, "%s: %s", good_leads[i].lead,
                       item->problem != NULL ? item->problem->code : "");
        cr_assert_eq(item->row.phone, good_leads[i].phone, "%s", good_leads[i].lead);
        cr_assert_eq(item->has, good_leads[i].has, "%s", good_leads[i].lead);
        cr_assert(is_text(value, good_leads[i].value), "%s", good_leads[i].lead);
        cr_assert_eq(item->row.list_no, 5);
        cr_assert_eq(item->row.revision, -1);
        reading_close(&reading);
    }
}

static const struct {
    const char *custom;
    const char *text;
} customs[] = {
    {"{\"a\":1,\"b\":\" x \",\"c\":true,\"d\":null,\"e\":\"\"}",
     "{\"a\":1,\"b\":\"x\",\"c\":true,\"d\":null,\"e\":null}"},
    {"{\"größe\":1,\"a b\":\"x\"}", "{\"größe\":1,\"a b\":\"x\"}"},
    {"{\"\":null,\"*\":\"\"}", "{\"\":null,\"*\":null}"}, /* of before the rule */
    {"{}", "{}"},
    {"null", ""},
    {"\"\"", ""},
};

Test(upsert_read, custom_values_are_cleaned_and_empty_ones_erase)
{
    for (size_t i = 0; i < sizeof customs / sizeof customs[0]; i++) {
        char lead[256];
        Reading reading;
        snprintf(lead, sizeof lead, "{\"external_id\":\"x\",\"custom\":%s}", customs[i].custom);
        reading_open(&reading, lead);
        TextSlice custom = reading.item.row.custom;
        cr_assert_null(reading.item.problem);
        cr_assert(reading.item.has & LEAD_HAS_CUSTOM);
        cr_assert(is_text(custom, customs[i].text), "%s", lead);
        reading_close(&reading);
    }
}

Test(upsert_read, priority_and_revision)
{
    Reading reading;
    reading_open(&reading, "{\"external_id\":\"x\",\"priority\":0,\"revision\":9}");
    cr_assert_eq(reading.item.row.priority, 0);
    cr_assert_eq(reading.item.row.revision, 9);
    reading_close(&reading);
    reading_open(&reading, "{\"external_id\":\"x\",\"priority\":null}");
    cr_assert_eq(reading.item.row.priority, LEAD_PRIORITY_DEFAULT);
    cr_assert(reading.item.has & LEAD_HAS_PRIORITY);
    reading_close(&reading);
}
