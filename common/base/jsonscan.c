#include "base/jsonscan.h"

#include <string.h>

#include "base/json.h"

typedef struct JsonScan {
    const char *bytes;
    size_t len;
    size_t at;
    int depth;
    int keys[JSON_MAX_DEPTH + 1]; /* seen so far, by depth */
} JsonScan;

static Status jsonscan_refuse(const JsonScan *scan, const char *code, const char *what, Error *err)
{
    return error_set(err, STATUS_BAD_INPUT, code, "%s, at byte %zu", what, scan->at);
}

/* scan->at is behind the opening quote, and is left on the closing one, or at the end. */
static Status jsonscan_string(JsonScan *scan, Error *err)
{
    size_t begin = scan->at;
    for (; scan->at < scan->len && scan->bytes[scan->at] != '"'; scan->at++) {
        const char *c = scan->bytes + scan->at;
        size_t left = scan->len - scan->at;
        if (c[0] == '\0' || (left >= 6 && memcmp(c, "\\u0000", 6) == 0)) {
            return jsonscan_refuse(scan, "json_nul", "a NUL character", err);
        }
        if (scan->at - begin >= JSON_MAX_STRING) {
            return jsonscan_refuse(scan, "json_string_too_long", "a string of over 64 KB", err);
        }
        scan->at += c[0] == '\\' && left > 1 ? 1 : 0;
    }
    return STATUS_OK;
}

static Status jsonscan_open(JsonScan *scan, Error *err)
{
    if (scan->depth == JSON_MAX_DEPTH) {
        return jsonscan_refuse(scan, "json_too_deep", "nested more than 32 deep", err);
    }
    scan->keys[++scan->depth] = 0;
    return STATUS_OK;
}

static Status jsonscan_key(JsonScan *scan, Error *err)
{
    if (++scan->keys[scan->depth] > JSON_MAX_KEYS) {
        return jsonscan_refuse(scan, "json_too_many_keys", "over 512 keys in one object", err);
    }
    return STATUS_OK;
}

static Status jsonscan_byte(JsonScan *scan, Error *err)
{
    switch (scan->bytes[scan->at]) {
    case '"':
        scan->at++;
        return jsonscan_string(scan, err);
    case '{':
    case '[':
        return jsonscan_open(scan, err);
    case '}':
    case ']':
        scan->depth -= scan->depth > 0 ? 1 : 0;
        return STATUS_OK;
    case ':':
        return jsonscan_key(scan, err);
    case '\0':
        return jsonscan_refuse(scan, "json_nul", "a NUL character", err);
    default:
        return STATUS_OK;
    }
}

Status jsonscan_check(const char *bytes, size_t len, Error *err)
{
    JsonScan scan = {.bytes = bytes, .len = len};
    if (len > JSON_MAX_BYTES) {
        return error_set(err, STATUS_BAD_INPUT, "json_too_large",
                         "%zu bytes; at most 1 MB is taken", len);
    }
    for (; scan.at < len; scan.at++) {
        Status status = jsonscan_byte(&scan, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}
