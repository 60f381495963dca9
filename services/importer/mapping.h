/* mapping.h - which column of a file fills which field of a lead. Layer: importer; pure.
 *
 * A mapping is made once per import, by mapping_make(), from what the user gave (field=column) and,
 * for the other fields, from the header's words. It is stored on the job as JSON:
 * {"phone":9,"first_name":1,"custom.company":3}, columns counted from 1. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "domain/custom_key.h"
#include "importer/csv_fields.h"

typedef enum MappingField {
    MAPPING_FIELD_NONE = 0, /* the column is ignored */
    MAPPING_FIELD_PHONE,
    MAPPING_FIELD_EXTENSION,
    MAPPING_FIELD_FIRST_NAME,
    MAPPING_FIELD_LAST_NAME,
    MAPPING_FIELD_EMAIL,
    MAPPING_FIELD_ADDRESS,
    MAPPING_FIELD_CITY,
    MAPPING_FIELD_STATE,
    MAPPING_FIELD_ZIP,
    MAPPING_FIELD_COUNTRY,
    MAPPING_FIELD_TIME_ZONE,
    MAPPING_FIELD_PRIORITY,
    MAPPING_FIELD_EXTERNAL_ID,
    MAPPING_FIELD_CUSTOM, /* custom.<key> */
    MAPPING_FIELD_COUNT,
} MappingField;

enum { MAPPING_KEY_MAX = CUSTOM_KEY_MAX };

typedef struct MappingColumn {
    MappingField field;
    char custom_key[MAPPING_KEY_MAX + 1]; /* as custom_key.h has it when CUSTOM, else "" */
} MappingColumn;

typedef struct Mapping {
    size_t column_count;
    MappingColumn *columns;
    size_t column_of[MAPPING_FIELD_COUNT]; /* from 1; 0: no such column. Not for CUSTOM */
} Mapping;

/* One "field=column" of the user. field: a name such as "zip" or "custom.company". column: a name
 * in the header, or a position from 1 in digits. An exact name wins over a position, and that over
 * a name that differs only in case, spaces, underscores and the like. */
typedef struct MappingWish {
    const char *field;
    const char *column;
} MappingWish;

typedef struct MappingInput {
    bool has_header;
    const TextSlice *header; /* column_count cells; not read without has_header */
    size_t column_count;     /* CsvLayout.columns */
    size_t phone_column;     /* CsvLayout.phone_column: mapped when there is no header to go by */
    const MappingWish *wishes;
    size_t wish_count;
    bool no_proposals;  /* map what the wishes say and nothing else */
    bool keep_unmapped; /* what is left over becomes custom.<slug of the header>, or .column_3 */
} MappingInput;

/* Proposals: the best ranked column of each field by the table in mapping_words.c; a header that
 * ends in row, code, column, reason is a reject file of ours: these four are ignored, also where
 * they stand several times.
 *
 * STATUS_BAD_INPUT, err->field "mapping.<field>", err->text with the remedy:
 *   unknown_field     no such field; the nearest are named
 *   unknown_column    no such column, or position out of range; the nearest headers are named
 *   duplicate_mapping a field given twice, or a column given to two fields
 *   no_header         a name was given, but the file has no header
 *   no_phone_column   no column for the phone was given or recognised
 *   too_many_columns  the header has more than CSV_COLUMNS_OWN (err->field "file")
 * Texts quote headers, so a file without a header must not be said to have one. */
Status mapping_make(const MappingInput *input, Mapping *ret_mapping, Error *err) MUST_CHECK;

/* How many of a header's columns are the file's own: the remarks of a reject file are not. */
size_t mapping_own_columns(const TextSlice header[], size_t columns);

void mapping_done(Mapping *mapping);
#define MAPPING_INIT                                                                               \
    {                                                                                              \
        0                                                                                          \
    }
#define AUTO_MAPPING __attribute__((cleanup(mapping_done))) Mapping

/* For mapping_make.c. A mapping of nothing; the column (from 1) of a name, or 0; name must parse
 * and the column be free. */
void mapping_init(Mapping *mapping, size_t column_count);
size_t mapping_column_of(const Mapping *mapping, const char *name);
void mapping_assign(Mapping *mapping, const char *name, size_t column);

/* A new reference; keys in the order of the columns. */
json_t *mapping_to_json(const Mapping *mapping);

/* column_count: of the file, at least the largest position. STATUS_BAD_INPUT invalid_mapping. */
Status mapping_from_json(const json_t *json, size_t column_count, Mapping *ret_mapping, Error *err)
    MUST_CHECK;

/* The cell that fills field, or an empty one. Not for CUSTOM: walk the columns. */
static inline TextSlice
mapping_cell(const Mapping *mapping, const CsvFields *fields, MappingField field)
{
    size_t column = mapping->column_of[field];
    return column > 0 ? csv_fields_cell(fields, column - 1) : TEXT("");
}

/* "phone", ...; "custom" for CUSTOM, "" for NONE. */
const char *mapping_field_name(MappingField field);
/* The field of that very name, CUSTOM for "custom.<valid key>", else NONE. */
MappingField mapping_field_parse(const char *name);
