/* json.h - untrusted JSON: parsed under limits, read through field tables. Layer: base.
 *
 * json_parse looks over the bytes before Jansson sees them, so that a hostile message costs neither
 * stack nor memory. Limits and the codes of their breach:
 *
 *   1 MB of text                    json_too_large
 *   nesting of 32                   json_too_deep
 *   512 keys in any one object      json_too_many_keys   (a message may hold 500 leads of 20 keys)
 *   64 KB in any one string         json_string_too_long (as written, escapes included)
 *   no NUL, raw or as \u0000        json_nul
 *   no key twice in one object      json_duplicate_key   (the key's name is err->field)
 *   valid UTF-8, RFC 8259, an object or array on top, integers within 64 bits: json_invalid
 *
 * Texts say where, as a byte offset. A bad string value is never quoted: it may be a
 * phone or a name. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    JSON_MAX_BYTES = 1 << 20,
    JSON_MAX_DEPTH = 32,
    JSON_MAX_KEYS = 512,
    JSON_MAX_STRING = 64 << 10,
};

static inline void json_free_at(json_t **json)
{
    json_decref(*json);
}
#define AUTO_JSON __attribute__((cleanup(json_free_at)))

/* *ret_json is a new reference. STATUS_BAD_INPUT with a code from above. */
Status json_parse(const char *bytes, size_t len, json_t **ret_json, Error *err) MUST_CHECK;
/* The same, where only an object will do (code wrong_type). */
Status json_parse_object(const char *bytes, size_t len, json_t **ret_object, Error *err) MUST_CHECK;

/* How a field is checked and what is stored at its offset. Borrowed pointers live as long as the
 * object that was read. */
typedef enum JsonFieldType {
    JSON_FIELD_STRING,    /* const char *, borrowed; min..max bytes (max 0: any length) */
    JSON_FIELD_ID,        /* const char *, borrowed; a public id, [A-Za-z0-9_-]{1,64} */
    JSON_FIELD_NUMBER_ID, /* int64_t from a decimal string: lead_id, job_id */
    JSON_FIELD_INT,       /* int64_t; min..max (both 0: any) */
    JSON_FIELD_BOOL,      /* JsonBool */
    JSON_FIELD_ENUM,      /* int: the index in words */
    JSON_FIELD_TIME,      /* int64_t microseconds from RFC 3339 */
    JSON_FIELD_OBJECT,    /* json_t *, borrowed; min..max keys (max 0: any number) */
    JSON_FIELD_ARRAY,     /* json_t *, borrowed; min..max elements (max 0: any number) */
    JSON_FIELD_ANY,       /* json_t *, borrowed; also null */
} JsonFieldType;

typedef enum JsonBool {
    JSON_BOOL_ABSENT = 0,
    JSON_BOOL_FALSE,
    JSON_BOOL_TRUE,
} JsonBool;

/* One row of a message's table; the table ends with a row without a name:
 *
 *   static const JsonField fields[] = {
 *       {"list_id", JSON_FIELD_ID, offsetof(ListCreate, list_id), .required = true},
 *       {"priority", JSON_FIELD_INT, offsetof(ListCreate, priority), .min = 0, .max = 99},
 *       {"order", JSON_FIELD_ENUM, offsetof(ListCreate, order), .words = order_words},
 *       {NULL},
 *   }; */
typedef struct JsonField {
    const char *name;
    JsonFieldType type;
    size_t offset;
    bool required;
    int64_t min;
    int64_t max;
    const char *const *words; /* NULL-terminated, for JSON_FIELD_ENUM */
} JsonField;

/* Checks object against the table and stores its fields in ret_struct. Fields that are absent leave
 * ret_struct as the caller set it up: that is how defaults are given. null counts as a value of the
 * wrong type. Nothing is stored unless all is right. STATUS_BAD_INPUT, err->field naming the field:
 * unknown_field (the text names the nearest known one), missing_field, wrong_type, out_of_range,
 * invalid_id, invalid_value (a word not in words), invalid_time. */
Status json_read_fields(const json_t *object, const JsonField table[], void *ret_struct, Error *err)
    MUST_CHECK;

/* The same for an event of others: unknown fields are ignored. */
Status json_read_known_fields(const json_t *object,
                              const JsonField table[],
                              void *ret_struct,
                              Error *err) MUST_CHECK;

/* Puts the place in front of err->field: json_error_within(err, "leads[%zu].", i). Returns
 * err->status, so that callers write `return json_error_within(...)`. */
Status json_error_within(Error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
