#include "importer/upsert_read.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "domain/address.h"
#include "domain/custom_key.h"
#include "importer/custom_json.h"

static const JsonField command_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(UpsertCommand, list_id), .required = true},
    {"lead", JSON_FIELD_OBJECT, offsetof(UpsertCommand, lead)},
    {"leads", JSON_FIELD_ARRAY, offsetof(UpsertCommand, leads), .min = 1, .max = UPSERT_LEADS_MAX},
    {0},
};

/* A lead as JSON has it; what is absent stays NULL. */
typedef struct LeadFields {
    json_t *texts[LEAD_TEXTS];
    json_t *phone;
    json_t *priority;
    json_t *custom;
    int64_t revision;
} LeadFields;

#define TEXT_FIELD(text) JSON_FIELD_ANY, offsetof(LeadFields, texts) + (text) * sizeof(json_t *)
static const JsonField lead_fields[] = {
    {"phone", JSON_FIELD_ANY, offsetof(LeadFields, phone)},
    {"extension", TEXT_FIELD(LEAD_EXTENSION)},
    {"first_name", TEXT_FIELD(LEAD_FIRST_NAME)},
    {"last_name", TEXT_FIELD(LEAD_LAST_NAME)},
    {"email", TEXT_FIELD(LEAD_EMAIL)},
    {"address", TEXT_FIELD(LEAD_ADDRESS)},
    {"city", TEXT_FIELD(LEAD_CITY)},
    {"state", TEXT_FIELD(LEAD_STATE)},
    {"zip", TEXT_FIELD(LEAD_ZIP)},
    {"country", TEXT_FIELD(LEAD_COUNTRY)},
    {"time_zone", TEXT_FIELD(LEAD_TIME_ZONE)},
    {"external_id", TEXT_FIELD(LEAD_EXTERNAL_ID)},
    {"priority", JSON_FIELD_ANY, offsetof(LeadFields, priority)},
    {"custom", JSON_FIELD_ANY, offsetof(LeadFields, custom)},
    {"revision", JSON_FIELD_INT, offsetof(LeadFields, revision), .min = 0, .max = INT64_MAX},
    {0},
};

void upsert_reader_init(UpsertReader *reader, Arena *arena)
{
    *reader = (UpsertReader){.arena = arena};
    strbuf_init(&reader->scratch);
    strbuf_init(&reader->json);
}

void upsert_reader_done(UpsertReader *reader)
{
    strbuf_done(&reader->scratch);
    strbuf_done(&reader->json);
}

Status upsert_read_command(const json_t *data, UpsertCommand *ret, Error *err)
{
    UpsertCommand command = {0};
    Status status = json_read_fields(data, command_fields, &command, err);
    if (status == STATUS_OK && (command.lead == NULL) == (command.leads == NULL)) {
        status =
            error_set_field(err, "lead", command.lead == NULL ? "missing_field" : "lead_and_leads",
                            "give either \"lead\" or \"leads\"");
    }
    if (status == STATUS_OK) {
        *ret = command;
    }
    return status;
}

int upsert_command_count(const UpsertCommand *command)
{
    return command->lead != NULL ? 1 : (int)json_array_size(command->leads);
}

/* ---- problems ---- */

static const char *reader_copy(UpsertReader *reader, const char *text)
{
    return arena_copy(reader->arena, text, strlen(text));
}

static bool item_bad(
    UpsertReader *reader, UpsertItem *item, const char *code, const char *field, const char *text)
{
    UpsertProblem *problem = arena_alloc(reader->arena, sizeof *problem);
    *problem = (UpsertProblem){reader_copy(reader, code), reader_copy(reader, field),
                               reader_copy(reader, text)};
    item->problem = problem;
    return false;
}

/* ---- text ---- */

/* The text cleaned; empty for null. It stays as long as the arena and the JSON. */
static bool item_text(
    UpsertReader *reader, UpsertItem *item, const char *name, const json_t *value, TextSlice *ret)
{
    if (json_is_null(value)) {
        *ret = (TextSlice){0};
        return true;
    }
    if (!json_is_string(value)) {
        return item_bad(reader, item, "wrong_type", name, "the field must be a string or null");
    }
    TextSlice raw = {json_string_value(value), json_string_length(value)};
    *ret = text_clean(raw, &reader->scratch);
    if (ret->len > 0 && ret->data == reader->scratch.data) {
        ret->data = arena_copy(reader->arena, ret->data, ret->len);
    }
    return true;
}

static bool item_set_text(UpsertReader *reader, UpsertItem *item, LeadText text, TextSlice value)
{
    if (value.len > lead_text_limit(text)) {
        return item_bad(reader, item, "field_too_long", lead_text_name(text),
                        lead_text_too_long(text));
    }
    item->row.texts[text] = value;
    item->has |= LEAD_HAS(text);
    return true;
}

/* ---- fields with rules of their own ---- */

static bool item_read_country(UpsertReader *reader, const LeadFields *fields, UpsertItem *item)
{
    TextSlice value;
    const json_t *json = fields->texts[LEAD_COUNTRY];
    snprintf(item->country, sizeof item->country, "%s", reader->list->default_country);
    if (json == NULL) {
        return true;
    }
    if (!item_text(reader, item, "country", json, &value)) {
        return false;
    }
    if (value.len > 0) {
        if (!address_country(value, item->country)) {
            return item_bad(reader, item, "country_unknown", "country",
                            "no such country: use its two-letter code, such as US");
        }
        value = (TextSlice){arena_copy(reader->arena, item->country, 2), 2};
    }
    return item_set_text(reader, item, LEAD_COUNTRY, value);
}

static const PhoneRules *item_phone_rules(UpsertReader *reader, const char *country)
{
    for (int i = 0; i < reader->rule_count; i++) {
        if (strcmp(reader->rules[i].country, country) == 0) {
            return &reader->rules[i];
        }
    }
    int at = reader->rule_count < UPSERT_RULES_MAX ? reader->rule_count++ : UPSERT_RULES_MAX - 1;
    PhoneRules *rules = &reader->rules[at];
    if (!phone_rules_init(rules, country, false)) {
        phone_rules_init(rules, "", false);
        snprintf(rules->country, sizeof rules->country, "%s", country);
    }
    return rules;
}

static bool item_read_phone(UpsertReader *reader, const LeadFields *fields, UpsertItem *item)
{
    TextSlice text;
    if (fields->phone == NULL) {
        return true;
    }
    if (!item_text(reader, item, "phone", fields->phone, &text)) {
        return false;
    }
    Phone phone;
    PhoneResult result =
        phone_parse(text.data, text.len, item_phone_rules(reader, item->country), &phone);
    if (result != PHONE_OK) {
        return item_bad(reader, item, phone_result_code(result), "phone",
                        phone_result_text(result));
    }
    item->row.phone = (int64_t)phone.e164;
    item->row.verified = phone.verified;
    item->has |= LEAD_HAS_PHONE;
    if (phone.extension[0] != '\0') {
        size_t len = strlen(phone.extension);
        TextSlice extension = {arena_copy(reader->arena, phone.extension, len), len};
        return item_set_text(reader, item, LEAD_EXTENSION, extension);
    }
    return true;
}

static bool item_read_zone(UpsertReader *reader, UpsertItem *item)
{
    TextSlice own = item->row.texts[LEAD_TIME_ZONE];
    if (own.len > 0 && zone_of_name(own, item->country) == NULL) {
        return item_bad(reader, item, "time_zone_unknown", "time_zone",
                        "no such time zone: use a name such as America/Chicago");
    }
    return true;
}

static bool item_read_texts(UpsertReader *reader, const LeadFields *fields, UpsertItem *item)
{
    for (LeadText text = 0; text < LEAD_TEXTS; text++) {
        TextSlice value;
        const json_t *json = fields->texts[text];
        if (json == NULL || text == LEAD_COUNTRY) {
            continue;
        }
        if (!item_text(reader, item, lead_text_name(text), json, &value)) {
            return false;
        }
        if (text == LEAD_STATE) {
            value = address_state(value, item->country);
        }
        if (!item_set_text(reader, item, text, value)) {
            return false;
        }
    }
    item->blank_external_id =
        fields->texts[LEAD_EXTERNAL_ID] != NULL && item->row.texts[LEAD_EXTERNAL_ID].len == 0;
    return item_read_zone(reader, item);
}

static bool json_is_blank(const json_t *value)
{
    return json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0);
}

static bool item_read_priority(UpsertReader *reader, const LeadFields *fields, UpsertItem *item)
{
    if (fields->priority == NULL) {
        return true;
    }
    int64_t priority = LEAD_PRIORITY_DEFAULT;
    if (!json_is_blank(fields->priority)) {
        if (!json_is_integer(fields->priority)) {
            return item_bad(reader, item, "wrong_type", "priority",
                            "the priority must be an integer");
        }
        priority = json_integer_value(fields->priority);
    }
    if (priority < 0 || priority > LEAD_PRIORITY_MAX) {
        return item_bad(reader, item, "out_of_range", "priority",
                        "the priority must be from 0 to 99");
    }
    item->row.priority = (int16_t)priority;
    item->has |= LEAD_HAS_PRIORITY;
    return true;
}

/* An empty value erases the key, as null does. */
static bool item_add_custom(UpsertReader *reader, UpsertItem *item, const char *key, json_t *value)
{
    TextSlice clean = {0};
    if (json_is_string(value)) {
        TextSlice raw = {json_string_value(value), json_string_length(value)};
        clean = text_clean(raw, &reader->scratch);
    }
    if (json_is_null(value) || (json_is_string(value) && clean.len == 0)) {
        custom_json_add(&reader->json, key, json_null()); /* of any key: it may be an old one */
        return true;
    }
    if (!custom_key_ok(key)) {
        return item_bad(reader, item, "invalid_key", "custom",
                        "the name of a custom field is " CUSTOM_KEY_RULE);
    }
    if (json_is_string(value)) {
        custom_json_add_text(&reader->json, key, clean.data, clean.len);
        return true;
    }
    if (!custom_json_value_ok(value)) {
        return item_bad(
            reader, item, "wrong_type", "custom",
            "values of custom fields must be strings, numbers of at most 64 bits, true, "
            "false or null");
    }
    custom_json_add(&reader->json, key, value);
    return true;
}

static bool item_read_custom(UpsertReader *reader, const LeadFields *fields, UpsertItem *item)
{
    if (fields->custom == NULL) {
        return true;
    }
    item->has |= LEAD_HAS_CUSTOM;
    if (json_is_blank(fields->custom)) {
        return true;
    }
    if (!json_is_object(fields->custom)) {
        return item_bad(reader, item, "wrong_type", "custom", "\"custom\" must be an object");
    }
    const char *key;
    json_t *value;
    strbuf_reset(&reader->json);
    strbuf_addc(&reader->json, '{');
    json_object_foreach(fields->custom, key, value)
    {
        if (!item_add_custom(reader, item, key, value)) {
            return false;
        }
    }
    strbuf_addc(&reader->json, '}');
    if (reader->json.len > LEAD_CUSTOM_MAX) {
        return item_bad(reader, item, "field_too_long", "custom",
                        "the custom fields of a lead have more than 64 KB");
    }
    item->row.custom = (TextSlice){arena_copy(reader->arena, reader->json.data, reader->json.len),
                                   reader->json.len};
    return true;
}

/* ---- the item ---- */

static bool item_check_identity(UpsertReader *reader, const LeadFields *fields, UpsertItem *item)
{
    (void)fields;
    if (item->row.phone == 0 && item->row.texts[LEAD_EXTERNAL_ID].len == 0) {
        return item_bad(reader, item, "phone_missing", "phone",
                        "a lead is known by its phone or its external_id: give one of them");
    }
    return true;
}

/* In this order: the phone and the state are read with the country. Each false with a problem. */
static bool (*const item_steps[])(UpsertReader *, const LeadFields *, UpsertItem *) = {
    item_read_country,  item_read_phone,  item_read_texts,
    item_read_priority, item_read_custom, item_check_identity,
};

void upsert_read_item(UpsertReader *reader,
                      const UpsertCommand *command,
                      int place,
                      UpsertList *list,
                      UpsertItem *ret)
{
    json_t *json =
        command->lead != NULL ? command->lead : json_array_get(command->leads, (size_t)place);
    reader->list = list;
    *ret = (UpsertItem){.list = list,
                        .row = {.list_no = list->delta.list_no, .revision = -1, .verified = true}};
    if (!json_is_object(json)) {
        item_bad(reader, ret, "wrong_type", "", "a lead must be an object");
        return;
    }
    LeadFields fields = {.revision = -1};
    Error err;
    if (json_read_fields(json, lead_fields, &fields, &err) != STATUS_OK) {
        item_bad(reader, ret, err.code, err.field, err.text);
        return;
    }
    ret->row.revision = fields.revision;
    for (size_t i = 0; i < sizeof item_steps / sizeof item_steps[0]; i++) {
        if (!item_steps[i](reader, &fields, ret)) {
            return;
        }
    }
}
