/* filter_fields.h - the closed table of what filters and exports may ask of a lead. Layer: domain;
 * pure data.
 *
 * Names are those of imports and messages where these have them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef enum FilterOp {
    FILTER_AND,
    FILTER_OR,
    FILTER_NOT,
    FILTER_EQ,
    FILTER_NE,
    FILTER_LT,
    FILTER_LE,
    FILTER_GT,
    FILTER_GE,
    FILTER_IN,
    FILTER_LIKE,
    FILTER_NULL,
    FILTER_NOT_NULL,
    FILTER_OP_COUNT,
} FilterOp;

typedef enum FilterType {
    FILTER_TYPE_INT,
    FILTER_TYPE_TEXT,
    FILTER_TYPE_CODE,  /* a disposition: [A-Z0-9_]{1,16} */
    FILTER_TYPE_STAGE, /* a name of domain/stage.h; stored as its number */
    FILTER_TYPE_BOOL,
    FILTER_TYPE_TIME,
    FILTER_TYPE_PHONE,  /* +digits; stored as a number */
    FILTER_TYPE_CUSTOM, /* text; < <= > >= compare as numbers when the value is one */
    FILTER_TYPE_COUNT,
} FilterType;

typedef struct FilterField {
    const char *name;
    FilterType type;
    const char *sql;   /* on a row l of leads */
    const char *about; /* for help and documents */
} FilterField;

/* All but custom ones; ends with a row without a name. */
extern const FilterField filter_fields[];
/* What stands for every custom.NAME. */
extern const FilterField filter_custom_field;

/* By name; "custom.KEY", of a key that custom_key.h takes, gives filter_custom_field and *ret_key
 * (borrowed from name; else NULL). NULL when there is none. */
const FilterField *filter_field_find(const char *name, const char **ret_key);
/* The known name nearest to a mistyped one, or NULL; static. */
const char *filter_field_nearest(const char *name);

/* May this field be asked so? */
bool filter_field_takes(const FilterField *field, FilterOp op);
