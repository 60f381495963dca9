#include "importer/row_clean.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "domain/address.h"
#include "domain/formula.h"

/* Mapped text fields that need nothing but cleaning. */
static const struct PlainField {
    MappingField field;
    LeadText text;
} plain_fields[] = {
    {MAPPING_FIELD_EXTERNAL_ID, LEAD_EXTERNAL_ID},
    {MAPPING_FIELD_FIRST_NAME, LEAD_FIRST_NAME},
    {MAPPING_FIELD_LAST_NAME, LEAD_LAST_NAME},
    {MAPPING_FIELD_EMAIL, LEAD_EMAIL},
    {MAPPING_FIELD_ADDRESS, LEAD_ADDRESS},
    {MAPPING_FIELD_CITY, LEAD_CITY},
    {MAPPING_FIELD_ZIP, LEAD_ZIP},
};

void row_cleaner_init(RowCleaner *cleaner, const ImportSpec *spec, bool is_converted)
{
    *cleaner = (RowCleaner){.spec = spec, .is_converted = is_converted};
    strbuf_init(&cleaner->scratch);
    AUTO_STRBUF settings = STRBUF_INIT;
    json_t *mapping = mapping_to_json(&spec->mapping);
    char *text = json_dumps(mapping, JSON_COMPACT);
    strbuf_addf(&settings, "%s/%s/%d/%d/%c", text, spec->default_country, spec->phone_strict,
                spec->empty_erases, spec->format.delimiter);
    cleaner->seed = hash_u64(settings.data, settings.len, 0);
    free(text);
    json_decref(mapping);
}

void row_cleaner_done(RowCleaner *cleaner)
{
    strbuf_done(&cleaner->scratch);
}

static bool row_bad(RowProblem *problem, const char *code, size_t column, const char *reason)
{
    *problem = (RowProblem){code, column, reason};
    return false;
}

/* Cleaned, and without the apostrophe that keeps spreadsheets from running it. */
static TextSlice row_clean_cell(RowCleaner *cleaner, TextSlice cell)
{
    TextSlice clean = text_clean(cell, &cleaner->scratch);
    return formula_is_defused(clean.data, clean.len) ? (TextSlice){clean.data + 1, clean.len - 1}
                                                     : clean;
}

/* The cell of a field, cleaned; in the record, in fields' memory or in the arena. */
static TextSlice
row_cell(RowCleaner *cleaner, const CsvFields *fields, MappingField field, Arena *arena)
{
    TextSlice cell = mapping_cell(&cleaner->spec->mapping, fields, field);
    if (cell.len == 0) {
        return cell;
    }
    TextSlice clean = row_clean_cell(cleaner, cell);
    if (clean.len > 0 && clean.data >= cleaner->scratch.data &&
        clean.data < cleaner->scratch.data + cleaner->scratch.cap) {
        clean.data = arena_copy(arena, clean.data, clean.len);
    }
    return clean;
}

/* ---- the whole record ---- */

static bool row_check_shape(RowCleaner *cleaner,
                            const CsvFields *fields,
                            const char *bytes,
                            size_t len,
                            RowProblem *problem)
{
    if (csv_fields_extra(fields, cleaner->spec->columns) > 0) {
        return row_bad(
            problem, "extra_cells", cleaner->spec->columns + 1,
            "the row has more cells than the file has columns: is a delimiter not quoted?");
    }
    size_t column = csv_fields_bad_cell(fields, bytes, len, cleaner->is_converted);
    if (column > 0) {
        return row_bad(
            problem, "bad_encoding", column,
            "the cell holds bytes that are no text in the encoding that the file was read "
            "in: name the right one (--encoding), or write the cell again");
    }
    return true;
}

static bool
row_take_text(LeadRow *lead, LeadText text, TextSlice value, size_t column, RowProblem *problem)
{
    if (value.len > lead_text_limit(text)) {
        return row_bad(problem, "field_too_long", column, lead_text_too_long(text));
    }
    lead->texts[text] = value;
    return true;
}

/* ---- phone ---- */

static const PhoneRules *row_phone_rules(RowCleaner *cleaner, const char *country)
{
    for (int i = 0; i < cleaner->rule_count; i++) {
        if (strcmp(cleaner->rules[i].country, country) == 0) {
            return &cleaner->rules[i];
        }
    }
    int at = cleaner->rule_count < ROW_RULES_MAX ? cleaner->rule_count++ : ROW_RULES_MAX - 1;
    if (!phone_rules_init(&cleaner->rules[at], country, cleaner->spec->phone_strict)) {
        phone_rules_init(&cleaner->rules[at], "", cleaner->spec->phone_strict);
        snprintf(cleaner->rules[at].country, sizeof cleaner->rules[at].country, "%s", country);
    }
    return &cleaner->rules[at];
}

static bool row_take_phone(RowCleaner *cleaner,
                           const CsvFields *fields,
                           const char *country,
                           Arena *arena,
                           LeadRow *lead,
                           RowProblem *problem)
{
    const size_t *column_of = cleaner->spec->mapping.column_of;
    TextSlice cell = row_cell(cleaner, fields, MAPPING_FIELD_PHONE, arena);
    Phone phone;
    PhoneResult result =
        phone_parse(cell.data, cell.len, row_phone_rules(cleaner, country), &phone);
    if (result != PHONE_OK) {
        return row_bad(problem, phone_result_code(result), column_of[MAPPING_FIELD_PHONE],
                       phone_result_text(result));
    }
    lead->phone = (int64_t)phone.e164;
    lead->verified = phone.verified;
    TextSlice extension = row_cell(cleaner, fields, MAPPING_FIELD_EXTENSION, arena);
    if (extension.len == 0 && phone.extension[0] != '\0') {
        size_t len = strlen(phone.extension);
        extension = (TextSlice){arena_copy(arena, phone.extension, len), len};
    }
    return row_take_text(lead, LEAD_EXTENSION, extension, column_of[MAPPING_FIELD_EXTENSION],
                         problem);
}

/* ---- place ---- */

static bool row_take_place(RowCleaner *cleaner,
                           const CsvFields *fields,
                           Arena *arena,
                           char country[3],
                           LeadRow *lead,
                           RowProblem *problem)
{
    const size_t *column_of = cleaner->spec->mapping.column_of;
    TextSlice cell = row_cell(cleaner, fields, MAPPING_FIELD_COUNTRY, arena);
    snprintf(country, 3, "%s", cleaner->spec->default_country);
    if (cell.len > 0) {
        if (!address_country(cell, country)) {
            return row_bad(problem, "country_unknown", column_of[MAPPING_FIELD_COUNTRY],
                           "no such country: use its two-letter code, such as US");
        }
        lead->texts[LEAD_COUNTRY] = (TextSlice){arena_copy(arena, country, 2), 2};
    }
    TextSlice state = row_cell(cleaner, fields, MAPPING_FIELD_STATE, arena);
    return row_take_text(lead, LEAD_STATE, address_state(state, country),
                         column_of[MAPPING_FIELD_STATE], problem);
}

static bool row_take_zone(RowCleaner *cleaner,
                          const CsvFields *fields,
                          Arena *arena,
                          const char *country,
                          CleanRow *row,
                          RowProblem *problem)
{
    size_t column = cleaner->spec->mapping.column_of[MAPPING_FIELD_TIME_ZONE];
    TextSlice own = row_cell(cleaner, fields, MAPPING_FIELD_TIME_ZONE, arena);
    if (!zone_candidates((uint64_t)row->lead.phone, row->lead.texts[LEAD_STATE], country, own,
                         &row->zones)) {
        return row_bad(problem, "time_zone_unknown", column,
                       "no such time zone: use a name such as America/Chicago");
    }
    return row_take_text(&row->lead, LEAD_TIME_ZONE, own, column, problem);
}

/* ---- the rest ---- */

static bool row_take_priority(
    RowCleaner *cleaner, const CsvFields *fields, Arena *arena, CleanRow *row, RowProblem *problem)
{
    TextSlice cell = row_cell(cleaner, fields, MAPPING_FIELD_PRIORITY, arena);
    row->lead.priority = LEAD_PRIORITY_DEFAULT;
    row->has_priority = cell.len > 0;
    if (cell.len == 0) {
        return true;
    }
    int value = 0;
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.data[i] < '0' || cell.data[i] > '9' || value > LEAD_PRIORITY_MAX) {
            value = LEAD_PRIORITY_MAX + 1;
            break;
        }
        value = value * 10 + (cell.data[i] - '0');
    }
    if (value > LEAD_PRIORITY_MAX) {
        return row_bad(problem, "priority_not_a_number",
                       cleaner->spec->mapping.column_of[MAPPING_FIELD_PRIORITY],
                       "the priority must be a whole number from 0 to 99");
    }
    row->lead.priority = (int16_t)value;
    return true;
}

static void custom_add(StrBuf *json, const char *key, TextSlice value)
{
    strbuf_addf(json, "%s\"%s\":", json->len > 0 ? "," : "{", key);
    if (value.len > 0) {
        strbuf_add_json(json, value.data, value.len);
    } else {
        strbuf_adds(json, "null");
    }
}

static TextSlice custom_end(StrBuf *json, Arena *arena)
{
    if (json->len == 0) {
        return (TextSlice){0};
    }
    strbuf_addc(json, '}');
    return (TextSlice){arena_copy(arena, json->data, json->len), json->len};
}

static bool row_take_custom(
    RowCleaner *cleaner, const CsvFields *fields, Arena *arena, CleanRow *row, RowProblem *problem)
{
    const Mapping *mapping = &cleaner->spec->mapping;
    AUTO_STRBUF values = STRBUF_INIT;
    AUTO_STRBUF said = STRBUF_INIT;
    for (size_t i = 0; i < mapping->column_count; i++) {
        const MappingColumn *column = &mapping->columns[i];
        if (column->field != MAPPING_FIELD_CUSTOM) {
            continue;
        }
        TextSlice value = row_clean_cell(cleaner, csv_fields_cell(fields, i));
        if (value.len > 0) {
            custom_add(&values, column->custom_key, value);
        }
        if (value.len > 0 || cleaner->spec->empty_erases) {
            custom_add(&said, column->custom_key, value);
        }
        if (said.len > LEAD_CUSTOM_MAX) {
            return row_bad(problem, "field_too_long", i + 1,
                           "the custom fields of a lead have more than 64 KB");
        }
    }
    row->lead.custom = custom_end(&values, arena);
    row->custom_said = custom_end(&said, arena);
    return true;
}

static bool row_take_plain(
    RowCleaner *cleaner, const CsvFields *fields, Arena *arena, LeadRow *lead, RowProblem *problem)
{
    for (size_t i = 0; i < sizeof plain_fields / sizeof plain_fields[0]; i++) {
        MappingField field = plain_fields[i].field;
        TextSlice value = row_cell(cleaner, fields, field, arena);
        if (!row_take_text(lead, plain_fields[i].text, value,
                           cleaner->spec->mapping.column_of[field], problem)) {
            return false;
        }
    }
    return true;
}

bool row_clean(RowCleaner *cleaner,
               const CsvFields *fields,
               const char *bytes,
               size_t len,
               Arena *arena,
               CleanRow *ret,
               RowProblem *ret_problem)
{
    char country[3];
    *ret = (CleanRow){.lead = {.revision = -1, .lead_version = 1}};
    bool good = row_check_shape(cleaner, fields, bytes, len, ret_problem) &&
                row_take_place(cleaner, fields, arena, country, &ret->lead, ret_problem) &&
                row_take_phone(cleaner, fields, country, arena, &ret->lead, ret_problem) &&
                row_take_zone(cleaner, fields, arena, country, ret, ret_problem) &&
                row_take_plain(cleaner, fields, arena, &ret->lead, ret_problem) &&
                row_take_priority(cleaner, fields, arena, ret, ret_problem) &&
                row_take_custom(cleaner, fields, arena, ret, ret_problem);
    if (good) {
        ret->lead.content_hash =
            (int64_t)(hash_u64(bytes, len, cleaner->seed) | 1); /* 0 says none */
    }
    return good;
}
