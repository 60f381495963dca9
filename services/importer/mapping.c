#include "importer/mapping.h"

#include <string.h>

#include "base/mem.h"

static const char *const field_names[MAPPING_FIELD_COUNT] = {
    [MAPPING_FIELD_NONE] = "",
    [MAPPING_FIELD_PHONE] = "phone",
    [MAPPING_FIELD_EXTENSION] = "extension",
    [MAPPING_FIELD_FIRST_NAME] = "first_name",
    [MAPPING_FIELD_LAST_NAME] = "last_name",
    [MAPPING_FIELD_EMAIL] = "email",
    [MAPPING_FIELD_ADDRESS] = "address",
    [MAPPING_FIELD_CITY] = "city",
    [MAPPING_FIELD_STATE] = "state",
    [MAPPING_FIELD_ZIP] = "zip",
    [MAPPING_FIELD_COUNTRY] = "country",
    [MAPPING_FIELD_TIME_ZONE] = "time_zone",
    [MAPPING_FIELD_PRIORITY] = "priority",
    [MAPPING_FIELD_EXTERNAL_ID] = "external_id",
    [MAPPING_FIELD_CUSTOM] = "custom",
};

static const char custom_prefix[] = "custom.";
enum { CUSTOM_PREFIX_LEN = sizeof custom_prefix - 1 };

const char *mapping_field_name(MappingField field)
{
    return field_names[field];
}

static bool is_custom_name(const char *name)
{
    return strncmp(name, custom_prefix, CUSTOM_PREFIX_LEN) == 0 &&
           custom_key_ok(name + CUSTOM_PREFIX_LEN);
}

MappingField mapping_field_parse(const char *name)
{
    for (int field = MAPPING_FIELD_NONE + 1; field < MAPPING_FIELD_CUSTOM; field++) {
        if (strcmp(name, field_names[field]) == 0) {
            return (MappingField)field;
        }
    }
    return is_custom_name(name) ? MAPPING_FIELD_CUSTOM : MAPPING_FIELD_NONE;
}

void mapping_init(Mapping *mapping, size_t column_count)
{
    *mapping = (Mapping){.column_count = column_count};
    mapping->columns = mem_alloc(column_count * sizeof *mapping->columns);
}

void mapping_done(Mapping *mapping)
{
    free(mapping->columns);
    *mapping = (Mapping)MAPPING_INIT;
}

size_t mapping_column_of(const Mapping *mapping, const char *name)
{
    MappingField field = mapping_field_parse(name);
    if (field != MAPPING_FIELD_CUSTOM) {
        return mapping->column_of[field];
    }
    for (size_t i = 0; i < mapping->column_count; i++) {
        if (mapping->columns[i].field == MAPPING_FIELD_CUSTOM &&
            strcmp(mapping->columns[i].custom_key, name + CUSTOM_PREFIX_LEN) == 0) {
            return i + 1;
        }
    }
    return 0;
}

void mapping_assign(Mapping *mapping, const char *name, size_t column)
{
    MappingColumn *target = &mapping->columns[column - 1];
    target->field = mapping_field_parse(name);
    if (target->field == MAPPING_FIELD_CUSTOM) {
        strcpy(target->custom_key, name + CUSTOM_PREFIX_LEN); /* parsing checked its length */
    } else {
        mapping->column_of[target->field] = column;
    }
}

json_t *mapping_to_json(const Mapping *mapping)
{
    json_t *json = json_object();
    for (size_t i = 0; i < mapping->column_count; i++) {
        const MappingColumn *column = &mapping->columns[i];
        if (column->field == MAPPING_FIELD_NONE) {
            continue;
        }
        char name[CUSTOM_PREFIX_LEN + MAPPING_KEY_MAX + 1];
        strcpy(name,
               column->field == MAPPING_FIELD_CUSTOM ? custom_prefix : field_names[column->field]);
        strcat(name, column->custom_key);
        json_object_set_new(json, name, json_integer((json_int_t)i + 1));
    }
    return json;
}

static Status invalid_mapping(const char *name, Error *err)
{
    return error_set(err, STATUS_BAD_INPUT, "invalid_mapping",
                     "The stored mapping of \"%.80s\" does not fit the file's columns.", name);
}

static bool mapping_takes(const Mapping *mapping, const char *name, json_int_t column)
{
    return column >= 1 && (size_t)column <= mapping->column_count &&
           mapping->columns[column - 1].field == MAPPING_FIELD_NONE &&
           mapping_field_parse(name) != MAPPING_FIELD_NONE;
}

Status mapping_from_json(const json_t *json, size_t column_count, Mapping *ret_mapping, Error *err)
{
    AUTO_MAPPING mapping;
    mapping_init(&mapping, column_count);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)json, name, value)
    {
        if (!json_is_integer(value) || !mapping_takes(&mapping, name, json_integer_value(value))) {
            return invalid_mapping(name, err);
        }
        mapping_assign(&mapping, name, (size_t)json_integer_value(value));
    }
    if (mapping.column_of[MAPPING_FIELD_PHONE] == 0) {
        return invalid_mapping("phone", err);
    }
    *ret_mapping = mapping;
    mapping = (Mapping)MAPPING_INIT;
    return STATUS_OK;
}
