#include "cli/dry_run_verb.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/outfile.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/inbox_copy.h"
#include "cli/interrupt.h"
#include "cli/table.h"
#include "importer/dry_run.h"

static const TableColumn dry_columns[] = {
    {"list_id", TABLE_TEXT},
    {"file", TABLE_TEXT},
    {"encoding", TABLE_TEXT},
    {"delimiter", TABLE_TEXT},
    {"header", TABLE_TEXT},
    {"rows", TABLE_NUMBER},
    {"inserted", TABLE_NUMBER},
    {"updated", TABLE_NUMBER},
    {"duplicate", TABLE_NUMBER},
    {"duplicate_in_file", TABLE_NUMBER},
    {"duplicate_in_list", TABLE_NUMBER},
    {"duplicate_in_campaign", TABLE_NUMBER},
    {"rejected", TABLE_NUMBER},
    {"unverified", TABLE_NUMBER},
    {"dnc", TABLE_NUMBER},
    {"erased", TABLE_NUMBER},
    {0},
};

/* The lists of the report, each shown as a table of its own. */
static const TableColumn dry_map_columns[] = {
    {"column", TABLE_NUMBER}, {"name", TABLE_TEXT}, {"field", TABLE_TEXT}, {0}};
static const TableColumn dry_problem_columns[] = {{"row", TABLE_NUMBER},
                                                  {"code", TABLE_TEXT},
                                                  {"column", TABLE_TEXT},
                                                  {"reason", TABLE_TEXT},
                                                  {0}};
static const TableColumn dry_code_columns[] = {{"code", TABLE_TEXT}, {"rows", TABLE_NUMBER}, {0}};
static const TableColumn dry_lead_columns[] = {{"lead", TABLE_TEXT}, {0}};

/* A value as a cell; NULL for null. The caller's to free. */
static char *dry_cell(const json_t *value)
{
    if (value == NULL || json_is_null(value)) {
        return NULL;
    }
    return json_is_string(value) ? mem_strdup(json_string_value(value))
                                 : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
}

static void dry_add_object(const json_t *object, Table *table)
{
    for (int i = 0; i < table->column_count; i++) {
        AUTO_FREE char *cell = dry_cell(json_object_get(object, table->columns[i].name));
        table_add(table, cell);
    }
}

static void dry_print_list(Cli *cli, const json_t *list, const TableColumn columns[])
{
    AUTO_TABLE table;
    table_init(&table, columns);
    for (size_t i = 0; i < json_array_size(list); i++) {
        dry_add_object(json_array_get(list, i), &table);
    }
    if (table.cell_count > 0) {
        printf("\n");
        table_print(cli, &table);
    }
}

static void dry_print_codes(Cli *cli, json_t *problems)
{
    AUTO_TABLE table;
    table_init(&table, dry_code_columns);
    const char *code;
    json_t *rows;
    json_object_foreach(problems, code, rows)
    {
        table_add(&table, code);
        table_add_i64(&table, json_integer_value(rows));
    }
    if (table.cell_count > 0) {
        printf("\n");
        table_print(cli, &table);
    }
}

static void dry_print_leads(Cli *cli, const json_t *leads)
{
    AUTO_TABLE table;
    table_init(&table, dry_lead_columns);
    for (size_t i = 0; i < json_array_size(leads); i++) {
        AUTO_FREE char *lead = dry_cell(json_array_get(leads, i));
        table_add(&table, lead);
    }
    if (table.cell_count > 0) {
        printf("\n");
        table_print(cli, &table);
    }
}

static void dry_print(Cli *cli, const json_t *report)
{
    AUTO_TABLE table;
    table_init(&table, dry_columns);
    dry_add_object(report, &table);
    table_print_one(cli, &table);
    dry_print_list(cli, json_object_get(report, "columns"), dry_map_columns);
    dry_print_codes(cli, json_object_get(report, "problems"));
    dry_print_list(cli, json_object_get(report, "first_problems"), dry_problem_columns);
    dry_print_leads(cli, json_object_get(report, "first_rows"));
    cli_say(cli, "Nothing was changed.");
}

static Status dry_run_at(Cli *cli, char *inbox, const char *name, json_t *command, Error *err)
{
    Config config = cli->config; /* shares its strings; what is ended is cli's */
    config.inbox = inbox;
    AUTO_JSON json_t *report = NULL;
    if (json_object_set_new(command, "file", json_string(name)) != 0) {
        return cli_usage(err, "the name of the file is not valid UTF-8");
    }
    Status status = dry_run(&config, cli_db(cli), command, &report, err);
    if (status != STATUS_OK) {
        return status;
    }
    json_object_set_new(report, "file", json_string(cli->words[0]));
    if (cli->json) {
        AUTO_FREE char *text = json_dumps(report, JSON_COMPACT);
        cli_put_json(cli, text);
    } else {
        dry_print(cli, report);
    }
    return STATUS_OK;
}

/* Standard input can be read once only: a copy of it goes into the inbox, and away again. */
static Status dry_run_stdin(Cli *cli, json_t *command, Error *err)
{
    AUTO_FREE char *name = NULL;
    bool copied = false;
    interrupt_catch();
    Status status = inbox_copy(cli->config.inbox, "-", &name, &copied, err);
    if (status == STATUS_OK) {
        Error unused;
        status = dry_run_at(cli, cli->config.inbox, name, command, err);
        (void)!outfile_remove(cli->config.inbox, name, &unused);
    }
    return status;
}

/* A file is read where it lies, as if its folder were the inbox. */
Status dry_run_verb(Cli *cli, json_t *command, Error *err)
{
    const char *path = cli->words[0];
    if (strcmp(path, "-") == 0) {
        return dry_run_stdin(cli, command, err);
    }
    AUTO_FREE char *real = realpath(path, NULL);
    if (real == NULL) {
        return error_set_field(err, "file", "file_not_found", "%s: no such file", path);
    }
    AUTO_FREE char *folder = mem_strdup(real);
    AUTO_FREE char *file = mem_strdup(real);
    return dry_run_at(cli, dirname(folder), basename(file), command, err);
}
