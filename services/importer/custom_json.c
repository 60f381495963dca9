#include "importer/custom_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

bool custom_json_value_ok(const json_t *value)
{
    if (json_is_real(value)) {
        return fabs(json_real_value(value)) < 0x1p63;
    }
    return json_is_string(value) || json_is_integer(value) || json_is_boolean(value);
}

static void add_real(StrBuf *json, double real)
{
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, real);
        if (strtod(text, NULL) == real) {
            break;
        }
    }
    strbuf_adds(json, text);
}

static void add_key(StrBuf *json, const char *key)
{
    if (json->len > 1) {
        strbuf_addc(json, ',');
    }
    strbuf_add_json(json, key, strlen(key));
    strbuf_addc(json, ':');
}

void custom_json_add_text(StrBuf *json, const char *key, const char *text, size_t len)
{
    add_key(json, key);
    strbuf_add_json(json, text, len);
}

void custom_json_add(StrBuf *json, const char *key, const json_t *value)
{
    add_key(json, key);
    switch (json_typeof(value)) {
    case JSON_STRING:
        strbuf_add_json(json, json_string_value(value), json_string_length(value));
        return;
    case JSON_INTEGER:
        strbuf_addf(json, "%" PRId64, (int64_t)json_integer_value(value));
        return;
    case JSON_REAL:
        add_real(json, json_real_value(value));
        return;
    case JSON_TRUE:
        strbuf_adds(json, "true");
        return;
    case JSON_FALSE:
        strbuf_adds(json, "false");
        return;
    default:
        strbuf_adds(json, "null");
        return;
    }
}

/* What others wrote into the table may hold integers beyond 64 bits. */
static json_t *custom_load(TextSlice text)
{
    json_t *object = json_loadb(text.data, text.len, 0, NULL);
    if (object == NULL) {
        object = json_loadb(text.data, text.len, JSON_DECODE_INT_AS_REAL, NULL);
    }
    return object != NULL ? object : json_object();
}

static bool value_equal(const json_t *a, const json_t *b)
{
    if (json_is_number(a) && json_is_number(b) && json_typeof(a) != json_typeof(b)) {
        return json_number_value(a) == json_number_value(b);
    }
    return json_equal(a, b);
}

/* Moves one key of the change into *object; true when that changes it. */
static bool merge_key(json_t *object, const char *key, json_t *value, bool nulls)
{
    const json_t *old = json_object_get(object, key);
    if (json_is_null(value)) {
        return nulls && json_object_del(object, key) == 0;
    }
    if (old != NULL && value_equal(old, value)) {
        return false;
    }
    json_object_set(object, key, value);
    return true;
}

bool custom_json_merge(TextSlice old, TextSlice change, bool nulls, StrBuf *ret)
{
    AUTO_JSON json_t *object = custom_load(old);
    AUTO_JSON json_t *changes = custom_load(change);
    const char *key;
    json_t *value;
    bool changed = false;
    json_object_foreach(changes, key, value)
    {
        changed |= merge_key(object, key, value, nulls);
    }
    if (!changed) {
        return false;
    }
    strbuf_reset(ret);
    if (json_object_size(object) > 0) {
        strbuf_addc(ret, '{');
        json_object_foreach(object, key, value)
        {
            custom_json_add(ret, key, value);
        }
        strbuf_addc(ret, '}');
    }
    return true;
}
