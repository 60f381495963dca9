#include "cli/job_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/table.h"
#include "sql_queries.h"

typedef struct JobViewField {
    const char *name;
    size_t offset;
    size_t size; /* of the text's room; 0: an int64_t */
} JobViewField;

#define TEXT_OF(member)  #member, offsetof(JobView, member), sizeof(((JobView *)NULL)->member)
#define COUNT_OF(member) #member, offsetof(JobView, member), 0

static const JobViewField job_view_fields[] = {
    {TEXT_OF(job_id)},
    {TEXT_OF(kind)},
    {TEXT_OF(list_id)},
    {TEXT_OF(state)},
    {COUNT_OF(rows)},
    {COUNT_OF(inserted)},
    {COUNT_OF(updated)},
    {COUNT_OF(duplicate)},
    {COUNT_OF(duplicate_in_file)},
    {COUNT_OF(duplicate_in_list)},
    {COUNT_OF(duplicate_in_campaign)},
    {COUNT_OF(rejected)},
    {COUNT_OF(unverified)},
    {COUNT_OF(dnc)},
    {COUNT_OF(bytes_done)},
    {COUNT_OF(bytes_total)},
    {COUNT_OF(rows_total)},
    {COUNT_OF(bytes)},
    {COUNT_OF(list_version)},
    {COUNT_OF(keys_left_out)},
    {TEXT_OF(what)},
    {TEXT_OF(sha256)},
};

static const TableColumn job_view_columns[] = {
    {"job_id", TABLE_TEXT},
    {"outcome", TABLE_TEXT},
    {"rows", TABLE_NUMBER},
    {"inserted", TABLE_NUMBER},
    {"updated", TABLE_NUMBER},
    {"duplicate", TABLE_NUMBER},
    {"duplicate_in_file", TABLE_NUMBER},
    {"duplicate_in_list", TABLE_NUMBER},
    {"duplicate_in_campaign", TABLE_NUMBER},
    {"rejected", TABLE_NUMBER},
    {"rejects", TABLE_TEXT},
    {"unverified", TABLE_NUMBER},
    {"dnc", TABLE_NUMBER},
    {"seconds", TABLE_NUMBER},
    {"error", TABLE_JSON},
    {0},
};

static const TableColumn export_view_columns[] = {
    {"job_id", TABLE_TEXT},         {"outcome", TABLE_TEXT},         {"what", TABLE_TEXT},
    {"rows", TABLE_NUMBER},         {"bytes", TABLE_NUMBER},         {"file", TABLE_TEXT},
    {"list_version", TABLE_NUMBER}, {"keys_left_out", TABLE_NUMBER}, {"sha256", TABLE_TEXT},
    {"seconds", TABLE_NUMBER},      {"error", TABLE_JSON},           {0},
};

static bool is_export(const JobView *view)
{
    return strcmp(view->kind, "export") == 0;
}

void job_view_done(JobView *view)
{
    free(view->file);
    free(view->rejects);
    free(view->error);
    free(view->error_text);
    json_decref(view->counts);
    *view = (JobView){0};
}

bool job_view_ended(const JobView *view)
{
    static const char *const ends[] = {"completed", "failed", "cancelled"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (strcmp(view->state, ends[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void job_view_take(JobView *view, const JobViewField *field, const json_t *value)
{
    char *place = (char *)view + field->offset;
    if (field->size > 0 && json_is_string(value)) {
        snprintf(place, field->size, "%s", json_string_value(value));
    } else if (field->size == 0 && json_is_integer(value)) {
        *(int64_t *)(void *)place = json_integer_value(value);
    }
}

static void job_view_take_string(char **place, const json_t *value)
{
    if (json_is_string(value)) {
        free(*place);
        *place = mem_strdup(json_string_value(value));
    }
}

/* Neither an import of leads or of numbers nor an export: a job that only counts. */
static bool is_counted(const JobView *view)
{
    return view->kind[0] != '\0' && strcmp(view->kind, "import") != 0 &&
           strcmp(view->kind, "dnc.import") != 0 && !is_export(view);
}

static bool job_view_has_field(const char *name)
{
    for (size_t i = 0; i < sizeof job_view_fields / sizeof job_view_fields[0]; i++) {
        if (strcmp(job_view_fields[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Of any other job all figures that it has, whatever they are called. Leads are its rows. */
static void job_view_take_counts(JobView *view, const json_t *data)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)data, name, value)
    {
        if (!json_is_integer(value) || job_view_has_field(name)) {
            continue;
        }
        if (view->counts == NULL) {
            view->counts = json_object();
        }
        json_object_set(view->counts, name, value);
    }
    const json_t *leads = json_object_get(data, "leads");
    if (json_is_integer(leads)) {
        view->rows = json_integer_value(leads);
    }
}

void job_view_read(JobView *view, const json_t *data)
{
    for (size_t i = 0; i < sizeof job_view_fields / sizeof job_view_fields[0]; i++) {
        const JobViewField *field = &job_view_fields[i];
        job_view_take(view, field, json_object_get(data, field->name));
    }
    if (is_export(view)) { /* how far it is, is told in rows */
        view->bytes_done = view->rows;
        view->bytes_total = view->rows_total;
    } else if (is_counted(view)) {
        job_view_take_counts(view, data);
    }
    const char *waiting = json_string_value(json_object_get(data, "waiting"));
    snprintf(view->waiting, sizeof view->waiting, "%s", waiting != NULL ? waiting : "");
    job_view_take_string(&view->file, json_object_get(data, "file"));
    job_view_take_string(&view->rejects, json_object_get(data, "rejects"));
    const json_t *error = json_object_get(data, "error");
    if (json_is_object(error)) {
        free(view->error);
        view->error = json_dumps(error, JSON_COMPACT);
        job_view_take_string(&view->error_text, json_object_get(error, "message"));
    }
}

Status job_view_load(Cli *cli, const char *job_id, JobView *view, Error *err)
{
    int64_t job_no = 0;
    Status status = ids_parse_i64(job_id, &job_no, err);
    if (status != STATUS_OK) {
        return cli_usage(err, "\"%s\" is not the number of a job", job_id);
    }
    DbParams params = {0};
    db_param_i64(&params, job_no);
    AUTO_RESULT *result = NULL;
    status = cli_query(cli, sql_cli_job_view, &params, &result, err);
    if (status == STATUS_OK && db_rows(result) == 0) {
        status = error_set_field(err, "job_id", "unknown_job",
                                 "there is no job %s: `leadspool job ls` shows them", job_id);
    }
    AUTO_JSON json_t *data = NULL;
    if (status == STATUS_OK) {
        const char *text = db_text(result, 0, 0);
        status = json_parse_object(text, strlen(text), &data, err);
    }
    if (status == STATUS_OK) {
        job_view_read(view, data);
        view->seconds = strtod(db_text(result, 0, 1), NULL);
    }
    return status;
}

/* ---- the report ---- */

static void job_view_add_path(const Cli *cli, const char *name, Table *table)
{
    AUTO_FREE char *outbox = realpath(cli->config.outbox, NULL);
    AUTO_FREE char *path = NULL;
    if (name != NULL) {
        path = mem_sprintf("%s/%s", outbox != NULL ? outbox : cli->config.outbox, name);
    }
    table_add(table, path);
}

static void export_view_row(const Cli *cli, const JobView *view, Table *table)
{
    AUTO_FREE char *seconds = mem_sprintf("%.3f", view->seconds);
    table_add(table, view->job_id);
    table_add(table, view->state);
    table_add(table, view->what);
    table_add_i64(table, view->rows);
    table_add_i64(table, view->bytes);
    job_view_add_path(cli, view->file, table);
    table_add_i64(table, view->list_version);
    table_add_i64(table, view->keys_left_out);
    table_add(table, view->sha256[0] != '\0' ? view->sha256 : NULL);
    table_add(table, seconds);
    table_add(table, cli->json ? view->error : view->error_text);
}

static void job_view_row(const Cli *cli, const JobView *view, Table *table)
{
    const int64_t counts[] = {view->rows,
                              view->inserted,
                              view->updated,
                              view->duplicate,
                              view->duplicate_in_file,
                              view->duplicate_in_list,
                              view->duplicate_in_campaign,
                              view->rejected};
    AUTO_FREE char *seconds = mem_sprintf("%.3f", view->seconds);
    table_add(table, view->job_id[0] != '\0' ? view->job_id : NULL);
    table_add(table, view->state);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        table_add_i64(table, counts[i]);
    }
    job_view_add_path(cli, view->rejects, table);
    table_add_i64(table, view->unverified);
    table_add_i64(table, view->dnc);
    table_add(table, seconds);
    table_add(table, cli->json ? view->error : view->error_text);
}

static void job_view_print_file(Cli *cli, const JobView *view)
{
    AUTO_TABLE table;
    table_init(&table, is_export(view) ? export_view_columns : job_view_columns);
    (is_export(view) ? export_view_row : job_view_row)(cli, view, &table);
    table_print_one(cli, &table);
}

enum { JOB_COUNTS_MOST = 16 };

static void job_view_print_counts(Cli *cli, const JobView *view)
{
    TableColumn columns[JOB_COUNTS_MOST + 6] = {
        {"job_id", TABLE_TEXT}, {"kind", TABLE_TEXT}, {"outcome", TABLE_TEXT}};
    int count = 3;
    const char *name;
    json_t *value;
    json_object_foreach(view->counts, name, value)
    {
        if (count < JOB_COUNTS_MOST + 3) {
            columns[count++] = (TableColumn){name, TABLE_NUMBER};
        }
    }
    columns[count] = (TableColumn){"seconds", TABLE_NUMBER};
    columns[count + 1] = (TableColumn){"error", TABLE_JSON};
    AUTO_FREE char *seconds = mem_sprintf("%.3f", view->seconds);
    AUTO_TABLE table;
    table_init(&table, columns);
    table_add(&table, view->job_id);
    table_add(&table, view->kind);
    table_add(&table, view->state);
    for (int i = 3; i < count; i++) {
        table_add_i64(&table, json_integer_value(json_object_get(view->counts, columns[i].name)));
    }
    table_add(&table, seconds);
    table_add(&table, cli->json ? view->error : view->error_text);
    table_print_one(cli, &table);
}

void job_view_tell_left_out(const Cli *cli, const JobView *view)
{
    if (view->keys_left_out > 0) {
        cli_say(cli,
                "%" PRId64 " custom fields are not in the file: their names are none that a column "
                "can have, or there are too many.",
                view->keys_left_out);
    }
}

void job_view_report(Cli *cli, const JobView *view)
{
    (is_counted(view) ? job_view_print_counts : job_view_print_file)(cli, view);
    if (strcmp(view->state, "completed") != 0) {
        cli->exit_code = CLI_FAILED;
        cli_say(cli, "leadspool: job %s: %s%s%s", view->job_id, view->state,
                view->error_text != NULL ? ": " : "",
                view->error_text != NULL ? view->error_text : "");
    } else if (view->rejected > 0) {
        cli_say(cli,
                "%" PRId64 " rows were rejected; mend them in the file above and import it again.",
                view->rejected);
    }
    job_view_tell_left_out(cli, view);
}
