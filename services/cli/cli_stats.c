/* leadspool stats: the counters of a list, as the record has them. */
#include "cli/args.h"
#include "cli/table.h"
#include "sql_queries.h"

static const CliOption stats_options[] = {{"list", "ID", "the list"}, ARGS_JSON, {0}};

static const TableColumn stats_columns[] = {
    {"list_id", TABLE_TEXT},
    {"campaign_id", TABLE_TEXT},
    {"total", TABLE_NUMBER},
    {"dialable", TABLE_NUMBER},
    {"offered", TABLE_NUMBER},
    {"finished", TABLE_NUMBER},
    {"exhausted", TABLE_NUMBER},
    {"dnc", TABLE_NUMBER},
    {"invalid", TABLE_NUMBER},
    {"contacted", TABLE_NUMBER},
    {"attempted", TABLE_NUMBER},
    {"penetration", TABLE_NUMBER},
    {"coverage", TABLE_NUMBER},
    {"statuses", TABLE_JSON},
    {"epoch", TABLE_NUMBER},
    {"version", TABLE_NUMBER},
    {"life", TABLE_TEXT},
    {"source", TABLE_TEXT},
    {0},
};

static Status stats(Cli *cli, Error *err)
{
    Status status = cli_need(cli, "list", err);
    if (status != STATUS_OK) {
        return status;
    }
    DbParams params = {0};
    db_param_text(&params, cli_option(cli, "list"));
    AUTO_RESULT *result = NULL;
    status = cli_query(cli, sql_cli_stats, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list \"%s\": `leadspool list ls` shows all",
                               cli_option(cli, "list"));
    }
    AUTO_TABLE table;
    table_init(&table, stats_columns);
    table_add_result(&table, result);
    table_print_one(cli, &table);
    return STATUS_OK;
}

const Verb cli_stats_verbs[] = {
    {"", "", 0, 0,
     "The counters of a list: leads per stage and status, penetration (contacted / total) and\n"
     "coverage (attempted / total).",
     stats_options,
     "stats --list spring\n"
     "stats --list spring --json",
     stats},
    {0},
};
