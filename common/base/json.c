#include "base/json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/jsonscan.h"
#include "base/suggest.h"

/* Reads one value: *ret gets what the field's type says, as json.h lists it. */
typedef Status JsonReader(const JsonField *field, json_t *value, void *ret, Error *err);

static const struct {
    enum json_error_code jansson;
    const char *text;
} json_parse_errors[] = {
    {json_error_premature_end_of_input, "the text ends too early"},
    {json_error_end_of_input_expected, "there is something behind the end"},
    {json_error_invalid_utf8, "not valid UTF-8"},
    {json_error_numeric_overflow, "a number beyond 64 bits; send it as a string"},
    {json_error_null_character, "a NUL character"},
    {json_error_null_byte_in_key, "a NUL character"},
};

/* A name of the input as it may be shown: field names are words; anything else may be data. */
static const char *json_safe_name(const char *name)
{
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");
    bool has_letter =
        strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") != NULL;
    return len >= 1 && len <= 63 && name[len] == '\0' && has_letter ? name : "(unprintable)";
}

/* Jansson's text is: duplicate object key near '"name"'. */
static Status json_duplicate_key(const json_error_t *error, Error *err)
{
    char key[sizeof error->text] = "";
    sscanf(error->text, "%*[^\"]\"%[^\"]", key);
    const char *name = json_safe_name(key);
    return error_set_field(err, name, "json_duplicate_key",
                           "the key \"%s\" stands twice in one object, at byte %d; give it once",
                           name, error->position);
}

static Status json_parse_failed(const json_error_t *error, Error *err)
{
    enum json_error_code code = json_error_code(error);
    if (code == json_error_duplicate_key) {
        return json_duplicate_key(error, err);
    }
    const char *what = "not valid JSON";
    for (size_t i = 0; i < sizeof json_parse_errors / sizeof json_parse_errors[0]; i++) {
        if (json_parse_errors[i].jansson == code) {
            what = json_parse_errors[i].text;
        }
    }
    return error_set(err, STATUS_BAD_INPUT, "json_invalid", "%s, at byte %d", what,
                     error->position);
}

Status json_parse(const char *bytes, size_t len, json_t **ret_json, Error *err)
{
    Status status = jsonscan_check(bytes, len, err);
    if (status != STATUS_OK) {
        return status;
    }
    json_error_t error;
    json_t *json = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        return json_parse_failed(&error, err);
    }
    *ret_json = json;
    return STATUS_OK;
}

Status json_parse_object(const char *bytes, size_t len, json_t **ret_object, Error *err)
{
    AUTO_JSON json_t *json = NULL;
    Status status = json_parse(bytes, len, &json, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (!json_is_object(json)) {
        return error_set(err, STATUS_BAD_INPUT, "wrong_type", "the message must be a JSON object");
    }
    *ret_object = json_incref(json);
    return STATUS_OK;
}

static Status json_wrong_type(const JsonField *field, const char *wanted, Error *err)
{
    return error_set_field(err, field->name, "wrong_type", "\"%s\" must be %s", field->name,
                           wanted);
}

static Status json_check_count(const JsonField *field, size_t count, const char *what, Error *err)
{
    bool bounded = field->max > 0;
    if ((int64_t)count >= field->min && (!bounded || (int64_t)count <= field->max)) {
        return STATUS_OK;
    }
    if (!bounded) {
        return error_set_field(err, field->name, "out_of_range",
                               "\"%s\" must have at least %" PRId64 " %s", field->name, field->min,
                               what);
    }
    return error_set_field(err, field->name, "out_of_range",
                           "\"%s\" must have from %" PRId64 " to %" PRId64 " %s, and has %zu",
                           field->name, field->min, field->max, what, count);
}

static Status json_read_string(const JsonField *field, json_t *value, void *ret, Error *err)
{
    if (!json_is_string(value)) {
        return json_wrong_type(field, "a string", err);
    }
    *(const char **)ret = json_string_value(value);
    return json_check_count(field, json_string_length(value), "bytes", err);
}

static Status json_read_id(const JsonField *field, json_t *value, void *ret, Error *err)
{
    if (!json_is_string(value)) {
        return json_wrong_type(field, "an id, as a string", err);
    }
    if (!ids_is_public(json_string_value(value))) {
        return error_set_field(err, field->name, "invalid_id",
                               "\"%s\" must be 1 to 64 of A-Z, a-z, 0-9, \"_\" and \"-\"",
                               field->name);
    }
    *(const char **)ret = json_string_value(value);
    return STATUS_OK;
}

static Status json_read_number_id(const JsonField *field, json_t *value, void *ret, Error *err)
{
    if (!json_is_string(value)) {
        return json_wrong_type(field, "a number, as a string", err);
    }
    if (ids_parse_i64(json_string_value(value), ret, NULL) != STATUS_OK) {
        return error_set_field(err, field->name, "invalid_id",
                               "\"%s\" must be a decimal number from 0 to 2^63-1, as a string",
                               field->name);
    }
    return STATUS_OK;
}

static Status json_read_int(const JsonField *field, json_t *value, void *ret, Error *err)
{
    if (!json_is_integer(value)) {
        return json_wrong_type(field, "an integer", err);
    }
    int64_t number = json_integer_value(value);
    bool bounded = field->min != 0 || field->max != 0;
    if (bounded && (number < field->min || number > field->max)) {
        return error_set_field(err, field->name, "out_of_range",
                               "\"%s\" must be from %" PRId64 " to %" PRId64, field->name,
                               field->min, field->max);
    }
    *(int64_t *)ret = number;
    return STATUS_OK;
}

static Status json_read_bool(const JsonField *field, json_t *value, void *ret, Error *err)
{
    if (!json_is_boolean(value)) {
        return json_wrong_type(field, "true or false", err);
    }
    *(JsonBool *)ret = json_is_true(value) ? JSON_BOOL_TRUE : JSON_BOOL_FALSE;
    return STATUS_OK;
}

static void json_list_words(const char *const *words, char *ret_text, size_t size)
{
    size_t len = 0;
    ret_text[0] = '\0';
    for (; *words != NULL && len < size; words++) {
        len += (size_t)snprintf(ret_text + len, size - len, "%s%s", len > 0 ? ", " : "", *words);
    }
}

static Status json_read_enum(const JsonField *field, json_t *value, void *ret, Error *err)
{
    if (!json_is_string(value)) {
        return json_wrong_type(field, "a string", err);
    }
    for (int i = 0; field->words[i] != NULL; i++) {
        if (strcmp(json_string_value(value), field->words[i]) == 0) {
            *(int *)ret = i;
            return STATUS_OK;
        }
    }
    char words[300];
    json_list_words(field->words, words, sizeof words);
    return error_set_field(err, field->name, "invalid_value", "\"%s\" must be one of: %s",
                           field->name, words);
}

static Status json_read_time(const JsonField *field, json_t *value, void *ret, Error *err)
{
    if (!json_is_string(value)) {
        return json_wrong_type(field, "a time, as a string", err);
    }
    if (clock_parse_rfc3339(json_string_value(value), ret, NULL) != STATUS_OK) {
        return error_set_field(err, field->name, "invalid_time",
                               "\"%s\" must be a time with its offset from UTC, as in "
                               "2026-11-23T17:05:09Z",
                               field->name);
    }
    return STATUS_OK;
}

static Status json_read_object(const JsonField *field, json_t *value, void *ret, Error *err)
{
    if (!json_is_object(value)) {
        return json_wrong_type(field, "an object", err);
    }
    *(json_t **)ret = value;
    return json_check_count(field, json_object_size(value), "keys", err);
}

static Status json_read_array(const JsonField *field, json_t *value, void *ret, Error *err)
{
    if (!json_is_array(value)) {
        return json_wrong_type(field, "an array", err);
    }
    *(json_t **)ret = value;
    return json_check_count(field, json_array_size(value), "elements", err);
}

static Status json_read_any(const JsonField *field, json_t *value, void *ret, Error *err)
{
    (void)field;
    (void)err;
    *(json_t **)ret = value;
    return STATUS_OK;
}

static JsonReader *const json_readers[] = {
    [JSON_FIELD_STRING] = json_read_string,       [JSON_FIELD_ID] = json_read_id,
    [JSON_FIELD_NUMBER_ID] = json_read_number_id, [JSON_FIELD_INT] = json_read_int,
    [JSON_FIELD_BOOL] = json_read_bool,           [JSON_FIELD_ENUM] = json_read_enum,
    [JSON_FIELD_TIME] = json_read_time,           [JSON_FIELD_OBJECT] = json_read_object,
    [JSON_FIELD_ARRAY] = json_read_array,         [JSON_FIELD_ANY] = json_read_any,
};

static Status json_unknown_field(const char *name, const JsonField table[], Error *err)
{
    Suggest suggest = SUGGEST_INIT(name);
    for (const JsonField *field = table; field->name != NULL; field++) {
        suggest_offer(&suggest, field->name);
    }
    const char *safe = json_safe_name(name);
    if (suggest.best == NULL) {
        return error_set_field(err, safe, "unknown_field", "there is no field \"%s\"", safe);
    }
    return error_set_field(err, safe, "unknown_field",
                           "there is no field \"%s\"; did you mean \"%s\"?", safe, suggest.best);
}

static bool json_is_known(const char *name, const JsonField table[])
{
    for (const JsonField *field = table; field->name != NULL; field++) {
        if (strcmp(field->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static Status json_check_names(const json_t *object, const JsonField table[], Error *err)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        if (!json_is_known(name, table)) {
            return json_unknown_field(name, table, err);
        }
    }
    return STATUS_OK;
}

static Status json_read_field(const json_t *object, const JsonField *field, void *ret, Error *err)
{
    json_t *value = json_object_get(object, field->name);
    if (value == NULL && field->required) {
        return error_set_field(err, field->name, "missing_field", "\"%s\" is required",
                               field->name);
    }
    return value != NULL ? json_readers[field->type](field, value, ret, err) : STATUS_OK;
}

Status
json_read_known_fields(const json_t *object, const JsonField table[], void *ret_struct, Error *err)
{
    union {
        const char *text;
        int64_t number;
        int word;
        JsonBool truth;
        json_t *json;
    } scratch;
    for (const JsonField *field = table; field->name != NULL; field++) {
        Status status = json_read_field(object, field, &scratch, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    Status status = STATUS_OK;
    for (const JsonField *field = table; field->name != NULL && status == STATUS_OK; field++) {
        status = json_read_field(object, field, (char *)ret_struct + field->offset, err);
    }
    return status;
}

Status json_read_fields(const json_t *object, const JsonField table[], void *ret_struct, Error *err)
{
    Status status = json_check_names(object, table, err);
    return status == STATUS_OK ? json_read_known_fields(object, table, ret_struct, err) : status;
}

Status json_error_within(Error *err, const char *format, ...)
{
    char place[sizeof err->field];
    char field[sizeof err->field];
    va_list args;
    va_start(args, format);
    vsnprintf(place, sizeof place, format, args);
    va_end(args);
    memcpy(field, err->field, sizeof field);
    /* a place that fills the field leaves no room for the name: cut, not refused */
    strncat(place, field, sizeof place - 1 - strlen(place));
    memcpy(err->field, place, sizeof place);
    return err->status;
}
