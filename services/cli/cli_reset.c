/* leadspool reset: a new pass for some leads of a list. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/args.h"
#include "cli/bulk_verb.h"
#include "cli/where.h"
#include "recycler/reset_plan.h"
#include "runtime/lead_filter.h"
#include "runtime/topics.h"
#include "sql_queries.h"

static const CliOption reset_options[] = {
    {"list", "ID", "the list"},
    WHERE_OPTION,
    {"skip-offered", NULL,
     "leave leads alone that are with a dialer; else such offers are revoked"},
    BULK_EVENTS_OPTION,
    BULK_OPTIONS,
    {0},
};

static const TableColumn reset_columns[] = {
    {"list_id", TABLE_TEXT},      {"leads", TABLE_NUMBER},
    {"called", TABLE_NUMBER},     {"ready", TABLE_NUMBER},
    {"exhausted", TABLE_NUMBER},  {"offered", TABLE_NUMBER},
    {"finished", TABLE_NUMBER},   {"invalid", TABLE_NUMBER},
    {"dnc", TABLE_NUMBER},        {"reset", TABLE_NUMBER},
    {"kept_dnc", TABLE_NUMBER},   {"kept_offered", TABLE_NUMBER},
    {"kept_ended", TABLE_NUMBER}, {0},
};

enum { COLUMN_RESET = 9 };

/* Adds the row of reset_columns. ret_reset: the number of those that would begin a new pass. */
static Status
reset_count(Cli *cli, const Filter *filter, Table *table, char ret_reset[24], Error *err)
{
    const char *list_id = cli_option(cli, "list");
    AUTO_STRBUF sql = STRBUF_INIT;
    AUTO_RESULT *result = NULL;
    DbArray values = {0};
    DbParams params = {0};
    lead_filter_named_sql(sql_cli_reset, filter, reset_names, &sql, &values);
    db_param_text(&params, list_id);
    db_param_array(&params, &values);
    db_param_bool(&params, cli_flag(cli, "skip-offered"));
    Status status = cli_query_long(cli, sql.data, &params, &result, err);
    db_array_done(&values);
    if (status == STATUS_OK && db_rows(result) == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list \"%s\": `leadspool list ls` shows all", list_id);
    }
    if (status == STATUS_OK) {
        snprintf(ret_reset, 24, "%s", db_text(result, 0, COLUMN_RESET));
        table_add_result(table, result);
    }
    return status;
}

static Status reset_send(Cli *cli, Command *command, const Filter *filter, Error *err)
{
    Status status = command_set(command, "list_id", command->key, err);
    if (status == STATUS_OK) {
        json_object_set_new(command->data, "where", filter_to_json(filter));
        if (cli_flag(cli, "skip-offered")) {
            json_object_set_new(command->data, "skip_offered", json_true());
        }
        bulk_ask_events(cli, command);
        status = bulk_send(cli, command, err);
    }
    return status;
}

static Status reset(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {
        .topic = TOPIC_RECYCLER_COMMANDS, .type = "list.reset", .key = cli_option(cli, "list")};
    AUTO_FILTER *filter = NULL;
    AUTO_TABLE table;
    bool go = false;
    char count[24] = "";
    table_init(&table, reset_columns);
    Status status = cli_need(cli, "list", err);
    if (status == STATUS_OK) {
        status = where_read(cli, true, &filter, err);
    }
    if (status == STATUS_OK) {
        status = reset_count(cli, filter, &table, count, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_FREE char *question =
        mem_sprintf("Begin a new pass for %s leads of the list %s?", count, command.key);
    status = bulk_confirm(cli, &table, question, &go, err);
    return status == STATUS_OK && go ? reset_send(cli, &command, filter, err) : status;
}

const Verb cli_reset_verbs[] = {
    {"", "", 0, 0,
     "Begins a new pass for the leads that a filter names: as if never called, but the calls stay\n"
     "known, and caps of numbers hold. Finished and invalid leads only when the filter names them, "
     "by\n"
     "a condition on stage, status or last_disposition that holds for them: of \"stage = finished "
     "and\n"
     "state = TX or attempts >= 3\" the finished of TX. Never those on a do-not-call list. "
     "--dry-run says\n"
     "how many would begin anew, and how many would be kept for which of these.",
     reset_options,
     "reset --list spring --where \"stage = exhausted\" --dry-run\n"
     "reset --list spring --where \"status in (NA, B) and attempts >= 3\" --yes --wait\n"
     "reset --list spring --where \"stage = finished and status = NI\" --skip-offered --yes",
     reset},
    {0},
};
