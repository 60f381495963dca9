/* filter_build.h - what filter_parse.c and filter_json.c make trees with. Layer: domain; for those
 * two.
 *
 * Every function that fails leaves the tree as it was, and its caller frees it. */
#pragma once

#include "domain/filter.h"

/* How much of the limits a tree under construction has used. */
typedef struct FilterSize {
    size_t nodes;
    size_t values;
} FilterSize;

/* A node without children; NULL, with err set, when there are too many. */
Filter *filter_node(FilterSize *size, FilterOp op, Error *err);
void filter_add_child(Filter *filter, Filter *child);
Status filter_set_field(Filter *leaf, const char *name, Error *err) MUST_CHECK;
/* Whether the field, which is set, takes the operator, which is not. */
Status filter_set_op(Filter *leaf, FilterOp op, Error *err) MUST_CHECK;
/* One more value, brought into its one spelling; field and op are set. text is valid UTF-8. */
Status filter_add_value(FilterSize *size, Filter *leaf, const char *text, Error *err) MUST_CHECK;

Status filter_too_deep(Error *err);
/* Levels of and, or and not. */
int filter_depth(const Filter *filter);
/* "eq", "in" … as in JSON; FILTER_OP_COUNT when unknown. */
const char *filter_op_name(FilterOp op);
FilterOp filter_op_find(const char *name);
