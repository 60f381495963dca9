/* filter.h - which leads are meant: a small tree of conditions. Layer: domain; pure.
 *
 *   filter_parse()  text  "status in (NA, BUSY) and attempts < 3 and not state = TX"
 *   filter_json()   JSON  {"and": [{"field": "status", "op": "in", "values": ["NA", "BUSY"]}, …]}
 *        └─▶ Filter ─▶ filter_sql() · filter_print() · filter_to_json()
 *
 * The text's grammar; words in any case, values in single quotes ('' for one) or bare where they
 * have neither blanks nor ( ) , ' " = < > ! in them:
 *
 *   filter  = all { "or" all }              field   = a name of filter_fields.h
 *   all     = one { "and" one }                     | custom.NAME | custom."any name"
 *   one     = "not" one | "(" filter ")" | field test
 *   test    = ("=" | "!=" | "<" | "<=" | ">" | ">=") value
 *           | ["not"] "in" "(" value { "," value } ")"
 *           | ["not"] "like" value          % any characters, _ any one
 *           | "is" ["not"] "null"
 *
 * Truth has two values: a lead without a value in a field meets no condition on it but != and
 * `is null`, and `not` says the contrary of what it stands before.
 *
 * Values are held in one spelling each: times as RFC 3339 in UTC (a date alone is its midnight),
 * statuses in capitals, numbers of phones as +digits, stages by name. What is more than the limits
 * below is refused with code filter_too_large. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "domain/filter_fields.h"

enum {
    FILTER_TEXT_MAX = 16 << 10, /* bytes */
    FILTER_DEPTH_MAX = 10,      /* of and, or and not within each other */
    FILTER_NODES_MAX = 256,
    FILTER_VALUES_MAX = 1000, /* in all */
    FILTER_VALUE_MAX = 256,   /* bytes of one */
};

typedef struct Filter Filter;
struct Filter {
    FilterOp op;
    Filter **children; /* of and, or: two at least; of not: one */
    size_t child_count;
    const FilterField *field; /* of a condition; static */
    char *custom_key;         /* when the field is a custom one, else NULL */
    char **values;            /* of in: one at least; of null and not_null: none; else one */
    size_t value_count;
};

void filter_free(Filter *filter); /* NULL is allowed */
static inline void filter_free_at(Filter **filter)
{
    filter_free(*filter);
}
#define AUTO_FILTER __attribute__((cleanup(filter_free_at))) Filter

/* STATUS_BAD_INPUT with code filter_syntax, filter_too_large, filter_field, filter_op or
 * filter_value, and *ret_at (NULL is allowed) the byte of text that it is about; err->text names
 * it as a column, counted in characters from 1. err->field is "where". */
Status filter_parse(const char *text, Filter **ret, size_t *ret_at, Error *err) MUST_CHECK;

/* The same tree as a command has it:
 *
 *   {"and": [tree, tree, …]}, {"or": [tree, tree, …]}, {"not": tree},
 *   {"field": NAME, "op": "eq|ne|lt|le|gt|ge|like", "value": V},
 *   {"field": NAME, "op": "in", "values": [V, …]}, {"field": NAME, "op": "null|not_null"}
 *
 * V is a string, an integer or a boolean. Anything else is refused, with the codes above or
 * wrong_type, unknown_field, missing_field, and err->field the path from here: "and[1].value". */
Status filter_json(const json_t *json, Filter **ret, Error *err) MUST_CHECK;
json_t *filter_to_json(const Filter *filter); /* a new reference; values are strings */

/* As filter_parse() reads it back into the same tree. */
void filter_print(const Filter *filter, StrBuf *buf);

/* The values of a filter's SQL in the order of their places; borrowed from the filter. */
typedef struct FilterValues {
    const char *items[FILTER_VALUES_MAX + 2 * FILTER_NODES_MAX]; /* and keys of custom fields */
    size_t count;
} FilterValues;

/* Adds a condition on a row `l` of leads, in parentheses, to buf. All values stand in one array of
 * text: values_sql is the SQL of it, such as "$4::text[]", and *ret_values what it has to hold. */
void filter_sql(const Filter *filter,
                const char *values_sql,
                StrBuf *buf,
                FilterValues *ret_values);

/* Does this condition name the leads that it holds for? */
typedef bool FilterNames(const Filter *leaf);

/* Whether a lead that meets the filter does so by a condition that names it: one that holds for it,
 * outside of a `not`, and where it stands beside others by `and`, with all of them.
 *
 *   stage = finished and state = TX or attempts >= 3     names the finished of TX, and no others
 *
 * Written as filter_sql() writes, with the same values in the same places. */
void filter_named_sql(const Filter *filter,
                      FilterNames *names,
                      const char *values_sql,
                      StrBuf *buf,
                      FilterValues *ret_values);
