#include "domain/filter.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "domain/custom_key.h"
#include "domain/filter_build.h"
#include "domain/stage.h"

static const char *const op_names[FILTER_OP_COUNT] = {
    [FILTER_AND] = "and",
    [FILTER_OR] = "or",
    [FILTER_NOT] = "not",
    [FILTER_EQ] = "eq",
    [FILTER_NE] = "ne",
    [FILTER_LT] = "lt",
    [FILTER_LE] = "le",
    [FILTER_GT] = "gt",
    [FILTER_GE] = "ge",
    [FILTER_IN] = "in",
    [FILTER_LIKE] = "like",
    [FILTER_NULL] = "null",
    [FILTER_NOT_NULL] = "not_null",
};

const char *filter_op_name(FilterOp op)
{
    return op_names[op];
}

FilterOp filter_op_find(const char *name)
{
    FilterOp op = FILTER_EQ;
    while (op < FILTER_OP_COUNT && strcmp(op_names[op], name) != 0) {
        op++;
    }
    return op;
}

void filter_free(Filter *filter)
{
    if (filter == NULL) {
        return;
    }
    for (size_t i = 0; i < filter->child_count; i++) {
        filter_free(filter->children[i]);
    }
    for (size_t i = 0; i < filter->value_count; i++) {
        free(filter->values[i]);
    }
    free(filter->children);
    free(filter->values);
    free(filter->custom_key);
    free(filter);
}

/* ---- building ---- */

static Status too_large(const char *what, int most, Error *err)
{
    return error_set_field(err, "where", "filter_too_large",
                           "a filter may have at most %d %s: split the work, or mark the leads "
                           "with a custom field",
                           most, what);
}

Status filter_too_deep(Error *err)
{
    return too_large("levels of and, or and not", FILTER_DEPTH_MAX, err);
}

int filter_depth(const Filter *filter)
{
    int deepest = 0;
    for (size_t i = 0; i < filter->child_count; i++) {
        int depth = filter_depth(filter->children[i]);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (filter->op <= FILTER_NOT ? 1 : 0);
}

Filter *filter_node(FilterSize *size, FilterOp op, Error *err)
{
    if (size->nodes == FILTER_NODES_MAX) {
        (void)too_large("conditions", FILTER_NODES_MAX, err);
        return NULL;
    }
    size->nodes++;
    Filter *filter = mem_alloc(sizeof *filter);
    filter->op = op;
    return filter;
}

void filter_add_child(Filter *filter, Filter *child)
{
    filter->children = mem_realloc(filter->children, (filter->child_count + 1) * sizeof(Filter *));
    filter->children[filter->child_count++] = child;
}

Status filter_set_field(Filter *leaf, const char *name, Error *err)
{
    const char *key;
    leaf->field = filter_field_find(name, &key);
    if (leaf->field != NULL) {
        leaf->custom_key = mem_strdup(key);
        return STATUS_OK;
    }
    if (key != NULL) {
        return error_set_field(err, "where", "filter_field",
                               "the name of a custom field is " CUSTOM_KEY_RULE);
    }
    const char *nearest = filter_field_nearest(name);
    return error_set_field(err, "where", "filter_field", "\"%.40s\" is no field of a lead%s%s%s",
                           name, nearest != NULL ? "; did you mean " : "",
                           nearest != NULL ? nearest : "",
                           nearest != NULL ? "?" : "; what is your own is custom.NAME");
}

Status filter_set_op(Filter *leaf, FilterOp op, Error *err)
{
    if (!filter_field_takes(leaf->field, op)) {
        return error_set_field(
            err, "where", "filter_op", "%s cannot be compared so: use =, !=, %s", leaf->field->name,
            filter_field_takes(leaf->field, FILTER_LT) ? "<, <=, >, >=, in or is null"
                                                       : "in or is null");
    }
    leaf->op = op;
    return STATUS_OK;
}

/* ---- values, each type in its one spelling; NULL when it is none ---- */

static bool all_of(const char *text, const char *allowed)
{
    return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

#define DIGITS "0123456789"

static char *value_int(const char *text)
{
    bool minus = text[0] == '-';
    const char *digits = text + (minus ? 1 : 0);
    if (!all_of(digits, DIGITS)) {
        return NULL;
    }
    digits += strspn(digits, "0");
    size_t len = strlen(digits);
    if (len > 18) {
        return NULL;
    }
    return len == 0 ? mem_strdup("0") : mem_sprintf("%s%s", minus ? "-" : "", digits);
}

static char *value_text(const char *text)
{
    return mem_strdup(text);
}

static char *value_code(const char *text)
{
    static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
    if (!all_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_" DIGITS) ||
        strlen(text) > 16) {
        return NULL;
    }
    char *code = mem_strdup(text);
    for (char *c = code; *c != '\0'; c++) {
        *c = strchr(lower, *c) != NULL ? (char)(*c - 'a' + 'A') : *c;
    }
    return code;
}

static char *value_stage(const char *text)
{
    for (Stage stage = STAGE_DNC; stage < STAGE_END; stage++) {
        if (strcmp(stage_name(stage), text) == 0) {
            return mem_strdup(text);
        }
    }
    return NULL;
}

static char *value_bool(const char *text)
{
    return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ? mem_strdup(text) : NULL;
}

static char *value_time(const char *text)
{
    int64_t time_us;
    Error err;
    char canonical[CLOCK_RFC3339_SIZE];
    AUTO_FREE char *midnight = mem_sprintf("%s%s", text, strlen(text) == 10 ? "T00:00:00Z" : "");
    if (clock_parse_rfc3339(midnight, &time_us, &err) != STATUS_OK) {
        return NULL;
    }
    clock_format_rfc3339(time_us, canonical);
    return strncmp(canonical, "0000", 4) == 0 ? NULL : mem_strdup(canonical);
}

/* Without the + it may be a number of one country or of another. */
static char *value_phone(const char *text)
{
    const char *digits = text + 1;
    bool valid = text[0] == '+' && all_of(digits, DIGITS) && digits[0] != '0' &&
                 strlen(digits) >= 7 && strlen(digits) <= 15;
    return valid ? mem_strdup(text) : NULL;
}

static const struct ValueRule {
    char *(*make)(const char *text);
    const char *about;
} value_rules[FILTER_TYPE_COUNT] = {
    [FILTER_TYPE_INT] = {value_int, "a whole number"},
    [FILTER_TYPE_TEXT] = {value_text, "text"},
    [FILTER_TYPE_CODE] = {value_code, "a disposition: 1 to 16 letters, digits or _"},
    [FILTER_TYPE_STAGE] = {value_stage, "dnc, invalid, finished, offered, exhausted or ready"},
    [FILTER_TYPE_BOOL] = {value_bool, "true or false"},
    [FILTER_TYPE_TIME] = {value_time,
                          "a date, 2026-01-31, or a time with its zone, 2026-01-31T09:30:00Z"},
    [FILTER_TYPE_PHONE] = {value_phone, "a number in full: + and 7 to 15 digits"},
    [FILTER_TYPE_CUSTOM] = {value_text, "text"},
};

Status filter_add_value(FilterSize *size, Filter *leaf, const char *text, Error *err)
{
    if (size->values == FILTER_VALUES_MAX) {
        return too_large("values", FILTER_VALUES_MAX, err);
    }
    if (strlen(text) > FILTER_VALUE_MAX) {
        return too_large("bytes in a value", FILTER_VALUE_MAX, err);
    }
    const struct ValueRule *rule = &value_rules[leaf->field->type];
    char *value = rule->make(text);
    if (value == NULL) {
        return error_set_field(err, "where", "filter_value", "%s wants %s", leaf->field->name,
                               rule->about);
    }
    size->values++;
    leaf->values = mem_realloc(leaf->values, (leaf->value_count + 1) * sizeof(char *));
    leaf->values[leaf->value_count++] = value;
    return STATUS_OK;
}
