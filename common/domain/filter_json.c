#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "domain/filter.h"
#include "domain/filter_build.h"
#include "domain/text.h"

typedef struct FilterReader {
    FilterSize size;
    int depth;
    Error *err;
} FilterReader;

static Filter *read_tree(FilterReader *reader, const json_t *json);

static Filter *wrong(FilterReader *reader, const char *field, const char *code, const char *text)
{
    (void)error_set_field(reader->err, field, code, "%s", text);
    return NULL;
}

/* ---- and, or, not ---- */

static Filter *read_children(FilterReader *reader, FilterOp op, const json_t *parts)
{
    if (!json_is_array(parts) || json_array_size(parts) < 2) {
        return wrong(reader, filter_op_name(op), "wrong_type",
                     "it takes an array of two filters or more");
    }
    AUTO_FILTER *made = filter_node(&reader->size, op, reader->err);
    size_t i;
    json_t *part;
    json_array_foreach((json_t *)parts, i, part)
    {
        Filter *child = made == NULL ? NULL : read_tree(reader, part);
        if (child == NULL) {
            if (made != NULL) {
                (void)json_error_within(reader->err, "%s[%zu].", filter_op_name(op), i);
            }
            return NULL;
        }
        filter_add_child(made, child);
    }
    Filter *whole = made;
    made = NULL;
    return whole;
}

static Filter *read_not(FilterReader *reader, const json_t *part)
{
    AUTO_FILTER *made = filter_node(&reader->size, FILTER_NOT, reader->err);
    Filter *child = made == NULL ? NULL : read_tree(reader, part);
    if (child == NULL) {
        if (made != NULL) {
            (void)json_error_within(reader->err, "not.");
        }
        return NULL;
    }
    filter_add_child(made, child);
    Filter *whole = made;
    made = NULL;
    return whole;
}

/* ---- conditions ---- */

typedef struct LeafFields {
    const char *field;
    const char *op;
    json_t *value;
    json_t *values;
} LeafFields;

static const JsonField leaf_fields[] = {
    {"field", JSON_FIELD_STRING, offsetof(LeafFields, field), .required = true, .min = 1},
    {"op", JSON_FIELD_STRING, offsetof(LeafFields, op), .required = true},
    {"value", JSON_FIELD_ANY, offsetof(LeafFields, value)},
    {"values", JSON_FIELD_ARRAY, offsetof(LeafFields, values), .min = 1, .max = FILTER_VALUES_MAX},
    {0},
};

static Status read_value(FilterReader *reader, Filter *leaf, const json_t *json)
{
    char number[24];
    const char *text = NULL;
    if (json_is_string(json)) {
        text = json_string_value(json);
    } else if (json_is_boolean(json)) {
        text = json_is_true(json) ? "true" : "false";
    } else if (json_is_integer(json)) {
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
        text = number;
    } else {
        return error_set_field(reader->err, "", "wrong_type",
                               "a value is a string, a whole number or a boolean");
    }
    Status status = filter_add_value(&reader->size, leaf, text, reader->err);
    if (status != STATUS_OK) {
        reader->err->field[0] = '\0';
    }
    return status;
}

static Status read_values(FilterReader *reader, Filter *leaf, const LeafFields *fields)
{
    bool many = leaf->op == FILTER_IN;
    bool none = leaf->op >= FILTER_NULL;
    if ((fields->value != NULL) != (!many && !none) || (fields->values != NULL) != many) {
        return error_set_field(reader->err, fields->values != NULL ? "values" : "value",
                               "filter_value", "\"%s\" takes %s", fields->op,
                               many   ? "values, an array"
                               : none ? "no value"
                                      : "value");
    }
    Status status = STATUS_OK;
    if (fields->value != NULL) {
        status = read_value(reader, leaf, fields->value);
        return status == STATUS_OK ? status : json_error_within(reader->err, "value");
    }
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(fields->values); i++) {
        status = read_value(reader, leaf, json_array_get(fields->values, i));
        if (status != STATUS_OK) {
            return json_error_within(reader->err, "values[%zu]", i);
        }
    }
    return status;
}

static Status read_op(FilterReader *reader, Filter *leaf, const char *name)
{
    FilterOp op = filter_op_find(name);
    if (op == FILTER_OP_COUNT) {
        return error_set_field(reader->err, "op", "filter_op",
                               "\"op\" must be eq, ne, lt, le, gt, ge, in, like, null or not_null");
    }
    Status status = filter_set_op(leaf, op, reader->err);
    if (status != STATUS_OK) {
        snprintf(reader->err->field, sizeof reader->err->field, "op");
    }
    return status;
}

static Filter *read_leaf(FilterReader *reader, const json_t *json)
{
    LeafFields fields = {0};
    if (json_read_fields(json, leaf_fields, &fields, reader->err) != STATUS_OK) {
        return NULL;
    }
    AUTO_FILTER *leaf = filter_node(&reader->size, FILTER_EQ, reader->err);
    if (leaf == NULL) {
        return NULL;
    }
    if (filter_set_field(leaf, fields.field, reader->err) != STATUS_OK) {
        snprintf(reader->err->field, sizeof reader->err->field, "field");
        return NULL;
    }
    if (read_op(reader, leaf, fields.op) != STATUS_OK ||
        read_values(reader, leaf, &fields) != STATUS_OK) {
        return NULL;
    }
    Filter *whole = leaf;
    leaf = NULL;
    return whole;
}

static Filter *read_tree(FilterReader *reader, const json_t *json)
{
    if (!json_is_object(json)) {
        return wrong(reader, "", "wrong_type", "a filter is an object");
    }
    const char *name = json_object_iter_key(json_object_iter((json_t *)json));
    FilterOp op = FILTER_AND;
    while (op <= FILTER_NOT && (name == NULL || strcmp(name, filter_op_name(op)) != 0)) {
        op++;
    }
    if (op > FILTER_NOT) {
        return read_leaf(reader, json);
    }
    if (json_object_size(json) != 1) {
        return wrong(reader, name, "unknown_field", "and, or and not stand alone in their object");
    }
    if (reader->depth == FILTER_DEPTH_MAX) {
        (void)filter_too_deep(reader->err);
        reader->err->field[0] = '\0';
        return NULL;
    }
    reader->depth++;
    const json_t *part = json_object_get(json, name);
    Filter *made = op == FILTER_NOT ? read_not(reader, part) : read_children(reader, op, part);
    reader->depth--;
    return made;
}

Status filter_json(const json_t *json, Filter **ret, Error *err)
{
    Error dropped;
    FilterReader reader = {.err = err != NULL ? err : &dropped};
    Filter *filter = read_tree(&reader, json);
    if (filter == NULL) {
        return reader.err->status;
    }
    *ret = filter;
    return STATUS_OK;
}

/* ---- writing ---- */

static json_t *children_to_json(const Filter *filter)
{
    json_t *parts = json_array();
    for (size_t i = 0; i < filter->child_count; i++) {
        json_array_append_new(parts, filter_to_json(filter->children[i]));
    }
    return parts;
}

static json_t *leaf_to_json(const Filter *leaf)
{
    json_t *json = json_object();
    AUTO_FREE char *name = leaf->custom_key == NULL
                               ? mem_strdup(leaf->field->name)
                               : mem_sprintf("%s.%s", leaf->field->name, leaf->custom_key);
    json_object_set_new(json, "field", json_string(name));
    json_object_set_new(json, "op", json_string(filter_op_name(leaf->op)));
    if (leaf->op == FILTER_IN) {
        json_t *values = json_array();
        for (size_t i = 0; i < leaf->value_count; i++) {
            json_array_append_new(values, json_string(leaf->values[i]));
        }
        json_object_set_new(json, "values", values);
    } else if (leaf->value_count == 1) {
        json_object_set_new(json, "value", json_string(leaf->values[0]));
    }
    return json;
}

json_t *filter_to_json(const Filter *filter)
{
    if (filter->op > FILTER_NOT) {
        return leaf_to_json(filter);
    }
    json_t *json = json_object();
    json_object_set_new(json, filter_op_name(filter->op),
                        filter->op == FILTER_NOT ? filter_to_json(filter->children[0])
                                                 : children_to_json(filter));
    return json;
}
