#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "importer/csv_record.h"
#include "importer/mapping.h"
#include "importer/mapping_nearest.h"
#include "importer/mapping_words.h"

/* What our reject files add to the columns of the file that was imported. */
static const char *const reject_columns[] = {"row", "code", "column", "reason"};
enum { REJECT_COLUMNS = CSV_REMARKS };

enum { WORD_SIZE = 128, NAME_SIZE = sizeof "custom." + MAPPING_KEY_MAX };
/* A header gives the same key in every release. */
enum { SLUG_MAX = 64 };

static Status wish_refused(Error *err, const char *field, const char *code, const char *text)
{
    char place[sizeof err->field];
    snprintf(place, sizeof place, "mapping.%s", field);
    return error_set_field(err, place, code, "%s", text);
}

/* ---- what the user gave ---- */

static Status unknown_field(const MappingWish *wish, Error *err)
{
    TextSlice names[MAPPING_FIELD_COUNT];
    size_t count = 0;
    for (int field = MAPPING_FIELD_NONE + 1; field < MAPPING_FIELD_CUSTOM; field++) {
        names[count++] = text_of(mapping_field_name((MappingField)field));
    }
    AUTO_STRBUF text = STRBUF_INIT;
    AUTO_STRBUF nearest = STRBUF_INIT;
    strbuf_adds(&text, "There is no field ");
    mapping_quote_add(&text, text_of(wish->field));
    mapping_nearest_add(&nearest, text_of(wish->field), names, count);
    strbuf_adds(&text, nearest.len > 0 ? "; did you mean " : "");
    strbuf_add(&text, nearest.data, nearest.len);
    strbuf_adds(&text, nearest.len > 0 ? "?" : ".");
    strbuf_adds(
        &text,
        " Fields are phone, extension, first_name, last_name, email, address, city, state, "
        "zip, country, time_zone, priority, external_id and custom.<key>, the key " CUSTOM_KEY_RULE
        ".");
    return wish_refused(err, wish->field, "unknown_field", text.data);
}

static Status unknown_column(const MappingInput *input, const MappingWish *wish, Error *err)
{
    AUTO_STRBUF text = STRBUF_INIT;
    AUTO_STRBUF nearest = STRBUF_INIT;
    strbuf_adds(&text, "The file has no column ");
    mapping_quote_add(&text, text_of(wish->column));
    if (input->has_header) {
        mapping_nearest_add(&nearest, text_of(wish->column), input->header, input->column_count);
    }
    strbuf_adds(&text, nearest.len > 0 ? "; did you mean " : ".");
    strbuf_add(&text, nearest.data, nearest.len);
    strbuf_adds(&text, nearest.len > 0 ? "?" : "");
    strbuf_addf(&text, " Give %sa position from 1 to %zu.",
                input->has_header ? "a name from the header, or " : "", input->column_count);
    return wish_refused(err, wish->field, "unknown_column", text.data);
}

static size_t find_exact(const MappingInput *input, TextSlice name)
{
    for (size_t i = 0; i < input->column_count; i++) {
        if (input->header[i].len == name.len &&
            memcmp(input->header[i].data, name.data, name.len) == 0) {
            return i + 1;
        }
    }
    return 0;
}

static size_t find_folded(const MappingInput *input, TextSlice name)
{
    char wanted[WORD_SIZE];
    char word[WORD_SIZE];
    mapping_words_fold(name.data, name.len, wanted, sizeof wanted);
    for (size_t i = 0; i < input->column_count && wanted[0] != '\0'; i++) {
        mapping_words_fold(input->header[i].data, input->header[i].len, word, sizeof word);
        if (strcmp(word, wanted) == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* 0: no position, or out of range. */
static size_t parse_position(const char *text, size_t column_count)
{
    size_t len = strlen(text);
    if (len == 0 || len > 4 || strspn(text, "0123456789") != len) {
        return 0;
    }
    size_t position = strtoul(text, NULL, 10);
    return position <= column_count ? position : 0;
}

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static size_t find_column(const MappingInput *input, const char *name)
{
    size_t column = input->has_header ? find_exact(input, text_of(name)) : 0;
    column = column > 0 ? column : parse_position(name, input->column_count);
    return column > 0 || !input->has_header ? column : find_folded(input, text_of(name));
}

static Status refuse_column(const MappingInput *input, const MappingWish *wish, Error *err)
{
    if (!input->has_header && !is_number(wish->column)) {
        return wish_refused(err, wish->field, "no_header",
                            "A column is named, but the file has no header; give its position, "
                            "counted from 1, or say that the first row is a header.");
    }
    return unknown_column(input, wish, err);
}

static Status check_free(const Mapping *mapping, const MappingWish *wish, size_t column, Error *err)
{
    if (mapping_column_of(mapping, wish->field) > 0) {
        return wish_refused(err, wish->field, "duplicate_mapping",
                            "The field is mapped twice; give it one column.");
    }
    if (mapping->columns[column - 1].field != MAPPING_FIELD_NONE) {
        return wish_refused(err, wish->field, "duplicate_mapping",
                            "The column is mapped to another field already; a column fills one "
                            "field.");
    }
    return STATUS_OK;
}

static Status
apply_wish(Mapping *mapping, const MappingInput *input, const MappingWish *wish, Error *err)
{
    if (mapping_field_parse(wish->field) == MAPPING_FIELD_NONE) {
        return unknown_field(wish, err);
    }
    size_t column = find_column(input, wish->column);
    if (column == 0) {
        return refuse_column(input, wish, err);
    }
    Status status = check_free(mapping, wish, column, err);
    if (status == STATUS_OK) {
        mapping_assign(mapping, wish->field, column);
    }
    return status;
}

/* ---- what the header proposes ---- */

static bool ends_in_remarks(const TextSlice header[], size_t columns)
{
    if (columns <= REJECT_COLUMNS) {
        return false;
    }
    for (size_t i = 0; i < REJECT_COLUMNS; i++) {
        TextSlice cell = header[columns - REJECT_COLUMNS + i];
        if (!text_equal_nocase(cell, text_of(reject_columns[i]))) {
            return false;
        }
    }
    return true;
}

size_t mapping_own_columns(const TextSlice header[], size_t columns)
{
    while (ends_in_remarks(header, columns)) {
        columns -= REJECT_COLUMNS;
    }
    return columns;
}

static size_t own_columns(const MappingInput *input)
{
    return input->has_header ? mapping_own_columns(input->header, input->column_count)
                             : input->column_count;
}

/* A header that is the very name of a custom field, as exports have it, means that field. */
static void propose_custom(Mapping *mapping, const MappingInput *input)
{
    for (size_t i = 0; i < own_columns(input); i++) {
        char name[NAME_SIZE];
        TextSlice header = input->header[i];
        if (mapping->columns[i].field != MAPPING_FIELD_NONE || header.len >= sizeof name) {
            continue;
        }
        memcpy(name, header.data, header.len);
        name[header.len] = '\0';
        if (strlen(name) == header.len && mapping_field_parse(name) == MAPPING_FIELD_CUSTOM &&
            mapping_column_of(mapping, name) == 0) {
            mapping_assign(mapping, name, i + 1);
        }
    }
}

/* The best free column for each field that has none; of equals the first. */
static void propose(Mapping *mapping, const MappingInput *input)
{
    propose_custom(mapping, input);
    size_t best[MAPPING_FIELD_COUNT] = {0};
    unsigned best_rank[MAPPING_FIELD_COUNT];
    for (size_t i = 0; i < own_columns(input); i++) {
        unsigned rank;
        TextSlice header = input->header[i];
        MappingField field = mapping_words_field(header.data, header.len, &rank);
        if (mapping->columns[i].field == MAPPING_FIELD_NONE &&
            (best[field] == 0 || rank < best_rank[field])) {
            best[field] = i + 1;
            best_rank[field] = rank;
        }
    }
    for (int field = MAPPING_FIELD_NONE + 1; field < MAPPING_FIELD_CUSTOM; field++) {
        if (best[field] > 0 && mapping->column_of[field] == 0) {
            mapping_assign(mapping, mapping_field_name((MappingField)field), best[field]);
        }
    }
}

/* Without a header only the looks of the phones speak. */
static void propose_phone(Mapping *mapping, const MappingInput *input)
{
    size_t column = input->phone_column;
    if (column > 0 && column <= input->column_count &&
        mapping->column_of[MAPPING_FIELD_PHONE] == 0 &&
        mapping->columns[column - 1].field == MAPPING_FIELD_NONE) {
        mapping_assign(mapping, mapping_field_name(MAPPING_FIELD_PHONE), column);
    }
}

/* ---- what is left over ---- */

static bool is_slug_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* "Company Name!" gives company_name; size bytes with the terminator. */
static void slug(TextSlice header, char *ret_slug, size_t size)
{
    size_t used = 0;
    bool is_gap = false;
    for (size_t i = 0; i < header.len; i++) {
        unsigned char c = (unsigned char)header.data[i];
        c = c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
        if (!is_slug_byte(c)) {
            is_gap = used > 0;
            continue;
        }
        if (used + is_gap + 1 >= size) {
            break;
        }
        if (is_gap) {
            ret_slug[used++] = '_';
        }
        ret_slug[used++] = (char)c;
        is_gap = false;
    }
    ret_slug[used] = '\0';
}

/* custom.<slug>, with _2, _3, ... behind when that is taken. */
static void keep_column(Mapping *mapping, const MappingInput *input, size_t column)
{
    char base[SLUG_MAX + 1] = "";
    char name[NAME_SIZE];
    if (input->has_header) {
        slug(input->header[column - 1], base, sizeof base);
    }
    if (base[0] == '\0') {
        snprintf(base, sizeof base, "column_%zu", column);
    }
    snprintf(name, sizeof name, "custom.%s", base);
    for (unsigned n = 2; mapping_column_of(mapping, name) > 0; n++) {
        char suffix[8];
        int suffix_len = snprintf(suffix, sizeof suffix, "_%u", n % 100000);
        snprintf(name, sizeof name, "custom.%.*s%s", SLUG_MAX - suffix_len, base, suffix);
    }
    mapping_assign(mapping, name, column);
}

static void keep_unmapped(Mapping *mapping, const MappingInput *input)
{
    for (size_t column = 1; column <= own_columns(input); column++) {
        if (mapping->columns[column - 1].field == MAPPING_FIELD_NONE) {
            keep_column(mapping, input, column);
        }
    }
}

/* ---- the whole ---- */

static Status no_phone_column(const MappingInput *input, Error *err)
{
    AUTO_STRBUF text = STRBUF_INIT;
    strbuf_adds(&text, "No column for the phone was given or recognised");
    if (input->phone_column > 0) {
        strbuf_addf(&text, ", but column %zu looks like phones", input->phone_column);
    }
    strbuf_addf(&text, "; map one, as in phone=%zu.",
                input->phone_column > 0 ? input->phone_column : (size_t)1);
    return wish_refused(err, "phone", "no_phone_column", text.data);
}

Status mapping_make(const MappingInput *input, Mapping *ret_mapping, Error *err)
{
    AUTO_MAPPING mapping;
    mapping_init(&mapping, input->column_count);
    if (input->has_header && own_columns(input) > CSV_COLUMNS_OWN) {
        return error_set_field(err, "file", "too_many_columns",
                               "the file has more than %d columns: take away some, or name its "
                               "delimiter",
                               CSV_COLUMNS_OWN);
    }
    for (size_t i = 0; i < input->wish_count; i++) {
        Status status = apply_wish(&mapping, input, &input->wishes[i], err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (!input->no_proposals) {
        (input->has_header ? propose : propose_phone)(&mapping, input);
    }
    if (mapping.column_of[MAPPING_FIELD_PHONE] == 0) {
        return no_phone_column(input, err);
    }
    if (input->keep_unmapped) {
        keep_unmapped(&mapping, input);
    }
    *ret_mapping = mapping;
    mapping = (Mapping)MAPPING_INIT;
    return STATUS_OK;
}
