#include "base/trace.h"

#include <stdio.h>
#include <string.h>

enum { TRACE_PARENT_LEN = TRACE_PARENT_SIZE - 1, TRACE_STATE_LEN = TRACE_STATE_SIZE - 1 };
enum { TRACE_ID_AT = 3, TRACE_ID_LEN = TRACE_ID_SIZE - 1 };

/* version "-" trace id "-" parent id "-" flags */
static const struct TracePart {
    size_t at;
    size_t len;
    bool may_be_zero;
} trace_parts[] = {
    {0, 2, true},
    {TRACE_ID_AT, TRACE_ID_LEN, false},
    {36, 16, false},
    {53, 2, true},
};
enum { TRACE_PARTS = sizeof trace_parts / sizeof trace_parts[0] };

/* Upper case is invalid. */
static bool trace_is_hex(const char *text, const struct TracePart *part)
{
    bool zero = true;
    for (size_t i = part->at; i < part->at + part->len; i++) {
        if (text[i] == '\0' || strchr("0123456789abcdef", text[i]) == NULL) {
            return false;
        }
        zero = zero && text[i] == '0';
    }
    return part->may_be_zero || !zero;
}

static bool trace_is_parent(const char *text, size_t len)
{
    if (text == NULL || len < TRACE_PARENT_LEN || strncmp(text, "ff", 2) == 0) {
        return false;
    }
    for (size_t i = 0; i < TRACE_PARTS; i++) {
        if (!trace_is_hex(text, &trace_parts[i]) || (i > 0 && text[trace_parts[i].at - 1] != '-')) {
            return false;
        }
    }
    bool known = strncmp(text, "00", 2) == 0;
    return len == TRACE_PARENT_LEN || (!known && text[TRACE_PARENT_LEN] == '-');
}

static bool trace_is_state(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] < ' ' || text[i] > '~') {
            return false;
        }
    }
    return text != NULL && len <= TRACE_STATE_LEN;
}

bool trace_read(
    const char *parent, size_t parent_len, const char *state, size_t state_len, Trace *ret)
{
    if (!trace_is_parent(parent, parent_len)) {
        return false;
    }
    memcpy(ret->parent, parent, TRACE_PARENT_LEN);
    memcpy(ret->parent, "00", 2);
    ret->parent[TRACE_PARENT_LEN] = '\0';
    size_t len = trace_is_state(state, state_len) ? state_len : 0;
    if (len > 0) {
        memcpy(ret->state, state, len);
    }
    ret->state[len] = '\0';
    return true;
}

void trace_id(const Trace *trace, char ret[TRACE_ID_SIZE])
{
    snprintf(ret, TRACE_ID_SIZE, "%.32s", trace != NULL ? trace->parent + TRACE_ID_AT : "");
}
