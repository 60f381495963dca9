#include "exporter/export_spec.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "domain/custom_key.h"
#include "exporter/export_fields.h"
#include "exporter/export_reason.h"

typedef struct SpecFields {
    const char *list_id;
    int what;
    json_t *fields;
    JsonBool all_fields;
    json_t *where;
    int order;
    int delimiter;
    int line_end;
    JsonBool bom;
    JsonBool header;
    JsonBool raw;
    int64_t import_no;
} SpecFields;

static const char *const what_words[] = {"leads", "attempts", "dnc", "rejects", NULL};
static const char *const order_words[] = {"lead", "due", NULL};
static const char *const delimiter_words[] = {",", ";", "\t", "|", NULL};
static const char *const line_end_words[] = {"crlf", "lf", NULL};

static const JsonField spec_fields[] = {
    {"list_id", JSON_FIELD_ID, offsetof(SpecFields, list_id), .required = true},
    {"what", JSON_FIELD_ENUM, offsetof(SpecFields, what), .words = what_words},
    {"fields", JSON_FIELD_ARRAY, offsetof(SpecFields, fields), .min = 1, .max = EXPORT_COLUMNS_MAX},
    {"all_fields", JSON_FIELD_BOOL, offsetof(SpecFields, all_fields)},
    {"where", JSON_FIELD_OBJECT, offsetof(SpecFields, where)},
    {"order", JSON_FIELD_ENUM, offsetof(SpecFields, order), .words = order_words},
    {"delimiter", JSON_FIELD_ENUM, offsetof(SpecFields, delimiter), .words = delimiter_words},
    {"line_end", JSON_FIELD_ENUM, offsetof(SpecFields, line_end), .words = line_end_words},
    {"bom", JSON_FIELD_BOOL, offsetof(SpecFields, bom)},
    {"header", JSON_FIELD_BOOL, offsetof(SpecFields, header)},
    {"raw", JSON_FIELD_BOOL, offsetof(SpecFields, raw)},
    {"job_id", JSON_FIELD_NUMBER_ID, offsetof(SpecFields, import_no)},
    {0},
};

const char *export_what_name(ExportWhat what)
{
    return what_words[what];
}

void export_spec_done(ExportSpec *spec)
{
    for (size_t i = 0; i < spec->column_count; i++) {
        free(spec->columns[i].key);
        free(spec->columns[i].header);
    }
    free(spec->columns);
    free(spec->list_id);
    filter_free(spec->where);
    *spec = (ExportSpec){0};
}

/* ---- columns ---- */

static const char custom_all[] = "custom.*";

static const FilterField *spec_find_field(ExportWhat what, const char *name, const char **ret_key)
{
    *ret_key = NULL;
    const FilterField *field;
    for (size_t i = 0; (field = export_field_at(what, i)) != NULL; i++) {
        if (strcmp(field->name, name) == 0) {
            return field;
        }
    }
    return what == EXPORT_LEADS ? filter_field_find(name, ret_key) : NULL;
}

static Status spec_no_field(ExportWhat what, const char *name, Error *err)
{
    Suggest suggest = SUGGEST_INIT(name);
    const FilterField *field;
    for (size_t i = 0; (field = export_field_at(what, i)) != NULL; i++) {
        suggest_offer(&suggest, field->name);
    }
    return error_set_field(err, "fields", "export_field", "\"%.60s\" is no field of %s%s%s%s", name,
                           export_what_name(what), suggest.best != NULL ? "; did you mean " : "",
                           suggest.best != NULL ? suggest.best : "",
                           suggest.best != NULL ? "?" : "");
}

static Status spec_add_column(ExportSpec *spec, const char *name, const char *header, Error *err)
{
    const char *key = NULL;
    bool all = spec->what == EXPORT_LEADS && strcmp(name, custom_all) == 0;
    const FilterField *field = all ? NULL : spec_find_field(spec->what, name, &key);
    if (field == NULL && !all) {
        return spec_no_field(spec->what, name, err);
    }
    if (spec->column_count == EXPORT_COLUMNS_MAX) {
        return error_set_field(err, "fields", "too_many_fields", "an export has at most %d fields",
                               EXPORT_COLUMNS_MAX);
    }
    spec->columns = mem_realloc(spec->columns, (spec->column_count + 1) * sizeof *spec->columns);
    spec->columns[spec->column_count++] =
        (ExportColumn){field, mem_strdup(key), mem_strdup(header != NULL ? header : name)};
    return STATUS_OK;
}

typedef struct ColumnFields {
    const char *field;
    const char *header;
} ColumnFields;

static const JsonField column_fields[] = {
    {"field", JSON_FIELD_STRING, offsetof(ColumnFields, field), .required = true, .min = 1},
    {"header", JSON_FIELD_STRING, offsetof(ColumnFields, header), .max = 512},
    {0},
};

static Status spec_add_json(ExportSpec *spec, const json_t *json, Error *err)
{
    ColumnFields column = {0};
    if (json_is_string(json)) {
        return spec_add_column(spec, json_string_value(json), NULL, err);
    }
    if (!json_is_object(json)) {
        return error_set_field(err, "fields", "wrong_type",
                               "a field is its name, or an object with field and header");
    }
    Status status = json_read_fields(json, column_fields, &column, err);
    return status == STATUS_OK ? spec_add_column(spec, column.field, column.header, err) : status;
}

static Status spec_add_listed(ExportSpec *spec, const json_t *fields, Error *err)
{
    Status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(fields); i++) {
        status = spec_add_json(spec, json_array_get(fields, i), err);
    }
    return status;
}

static Status spec_add_standard(ExportSpec *spec, Error *err)
{
    AUTO_FREE char *names = mem_strdup(export_default_fields(spec->what));
    char *rest = NULL;
    Status status = STATUS_OK;
    for (char *name = strtok_r(names, " ", &rest); status == STATUS_OK && name != NULL;
         name = strtok_r(NULL, " ", &rest)) {
        status = spec_add_column(spec, name, NULL, err);
    }
    return status;
}

static Status spec_add_all(ExportSpec *spec, Error *err)
{
    Status status = STATUS_OK;
    const FilterField *field;
    for (size_t i = 0; status == STATUS_OK && (field = export_field_at(spec->what, i)) != NULL;
         i++) {
        status = spec_add_column(spec, field->name, NULL, err);
    }
    return status == STATUS_OK && spec->what == EXPORT_LEADS
               ? spec_add_column(spec, custom_all, NULL, err)
               : status;
}

static Status spec_add_columns(ExportSpec *spec, const SpecFields *fields, Error *err)
{
    if (spec->what == EXPORT_REJECTS) {
        return STATUS_OK;
    }
    if (fields->all_fields == JSON_BOOL_TRUE) {
        return spec_add_all(spec, err);
    }
    return fields->fields != NULL ? spec_add_listed(spec, fields->fields, err)
                                  : spec_add_standard(spec, err);
}

/* ---- custom.* ---- */

static bool spec_has_field(const ExportSpec *spec, const FilterField *field)
{
    for (size_t i = 0; i < spec->column_count; i++) {
        if (spec->columns[i].field == field) {
            return true;
        }
    }
    return false;
}

bool export_spec_wants_keys(const ExportSpec *spec)
{
    return spec_has_field(spec, NULL);
}

bool export_spec_wants_reasons(const ExportSpec *spec)
{
    return spec_has_field(spec, &export_reason_field);
}

static bool spec_has_key(const ExportSpec *spec, const char *key)
{
    for (size_t i = 0; i < spec->column_count; i++) {
        if (spec->columns[i].key != NULL && strcmp(spec->columns[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

typedef struct SpecKeys {
    const char *const *names;
    size_t count;
} SpecKeys;

static size_t spec_count_named(const ExportSpec *spec, const SpecKeys *keys)
{
    size_t named = 0;
    for (size_t i = 0; i < keys->count; i++) {
        named += spec_has_key(spec, keys->names[i]) ? 1 : 0;
    }
    return named;
}

/* most: columns that ret may have then. */
static Status spec_add_keys(
    ExportSpec *ret, const ExportSpec *spec, const SpecKeys *keys, size_t most, Error *err)
{
    Status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < keys->count && ret->column_count < most; i++) {
        const char *key = keys->names[i];
        if (custom_key_ok(key) && !spec_has_key(spec, key) && !spec_has_key(ret, key)) {
            AUTO_FREE char *name = mem_sprintf("custom.%s", key);
            status = spec_add_column(ret, name, NULL, err);
        }
    }
    return status;
}

Status export_spec_expand(
    ExportSpec *spec, const char *const keys[], size_t count, size_t *ret_named, Error *err)
{
    SpecKeys all = {keys, count};
    AUTO_EXPORT_SPEC wide = {.what = spec->what};
    Status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < spec->column_count; i++) {
        const ExportColumn *column = &spec->columns[i];
        if (column->field == NULL) {
            size_t behind = spec->column_count - i - 1;
            status = spec_add_keys(&wide, spec, &all, EXPORT_COLUMNS_MAX - behind, err);
        } else {
            AUTO_FREE char *name = column->key == NULL ? mem_strdup(column->field->name)
                                                       : mem_sprintf("custom.%s", column->key);
            status = spec_add_column(&wide, name, column->header, err);
        }
    }
    if (status == STATUS_OK) {
        ExportColumn *columns = spec->columns;
        size_t old = spec->column_count;
        spec->columns = wide.columns;
        spec->column_count = wide.column_count;
        wide.columns = columns; /* freed with it */
        wide.column_count = old;
        *ret_named = spec_count_named(spec, &all);
    }
    return status;
}

/* ---- the whole ---- */

/* Rejects are copied byte by byte: what shapes rows is not for them. */
static Status spec_check_rejects(const json_t *data, Error *err)
{
    static const char *const shapes[] = {"fields",   "all_fields", "where",  "order", "delimiter",
                                         "line_end", "bom",        "header", "raw"};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        if (json_object_get(data, shapes[i]) != NULL) {
            return error_set_field(err, shapes[i], "invalid_value",
                                   "%s does not go with rejects, which are copied as they are",
                                   shapes[i]);
        }
    }
    return STATUS_OK;
}

static Status spec_check(const SpecFields *fields, Error *err)
{
    bool leads = fields->what == EXPORT_LEADS;
    if (fields->where != NULL && !leads) {
        return error_set_field(err, "where", "invalid_value", "a filter goes with leads only");
    }
    if (fields->order != 0 && !leads) {
        return error_set_field(err, "order", "invalid_value", "due time is of leads only");
    }
    if ((fields->what == EXPORT_REJECTS) != (fields->import_no != 0)) {
        return error_set_field(err, "job_id", "invalid_value",
                               "job_id names the import whose rejects are wanted, and goes with "
                               "what: rejects");
    }
    if (fields->fields != NULL && fields->all_fields == JSON_BOOL_TRUE) {
        return error_set_field(err, "fields", "invalid_value", "fields do not go with all_fields");
    }
    return STATUS_OK;
}

static Status spec_read_where(const json_t *where, Filter **ret, Error *err)
{
    if (where == NULL) {
        return STATUS_OK;
    }
    Status status = filter_json(where, ret, err);
    return status == STATUS_OK ? status : json_error_within(err, "where.");
}

Status export_spec_read(const json_t *data, ExportSpec *ret, Error *err)
{
    SpecFields fields = {0};
    Status status = json_read_fields(data, spec_fields, &fields, err);
    if (status == STATUS_OK && fields.what == EXPORT_REJECTS) {
        status = spec_check_rejects(data, err);
    }
    if (status == STATUS_OK) {
        status = spec_check(&fields, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_EXPORT_SPEC spec = {.list_id = mem_strdup(fields.list_id),
                             .what = (ExportWhat)fields.what,
                             .by_due = fields.order == 1,
                             .delimiter = delimiter_words[fields.delimiter][0],
                             .line_feed = fields.line_end == 1,
                             .bom = fields.bom == JSON_BOOL_TRUE,
                             .header = fields.header != JSON_BOOL_FALSE,
                             .raw = fields.raw == JSON_BOOL_TRUE,
                             .now_us = clock_now_us(),
                             .import_no = fields.import_no};
    status = spec_add_columns(&spec, &fields, err);
    if (status == STATUS_OK) {
        status = spec_read_where(fields.where, &spec.where, err);
    }
    if (status == STATUS_OK) {
        *ret = spec;
        spec = (ExportSpec){0};
    }
    return status;
}
