/* leadspool move: leads of one list go to another. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/args.h"
#include "cli/bulk_verb.h"
#include "cli/where.h"
#include "runtime/lead_filter.h"
#include "runtime/topics.h"
#include "sql_queries.h"

static const CliOption move_options[] = {
    {"from", "ID", "the list that they are in"},
    {"to", "ID", "the list that they go to, also of another campaign"},
    WHERE_OPTION,
    {"ids", "LEAD_ID,…", "these leads, in place of --where"},
    {"on-duplicate", "skip|update",
     "a lead that the target has already stays (default), or tells its fields to that one and "
     "goes"},
    BULK_OPTIONS,
    {0},
};

static const TableColumn move_columns[] = {
    {"from", TABLE_TEXT},           {"to", TABLE_TEXT},
    {"leads", TABLE_NUMBER},        {"called", TABLE_NUMBER},
    {"offered", TABLE_NUMBER},      {"duplicate", TABLE_NUMBER},
    {"other_campaign", TABLE_BOOL}, {0},
};

/* --ids as the filter that they are. */
static Status move_filter(const Cli *cli, Filter **ret, Error *err)
{
    const char *ids = cli_option(cli, "ids");
    if ((ids != NULL) == cli_flag(cli, "where")) {
        return cli_usage(err, "give --where or --ids");
    }
    if (ids == NULL) {
        return where_read(cli, true, ret, err);
    }
    Error bad;
    AUTO_FREE char *text = mem_sprintf("lead_id in (%s)", ids);
    return filter_parse(text, ret, NULL, &bad) == STATUS_OK
               ? STATUS_OK
               : cli_usage(err, "--ids: leads by comma, at most %d", FILTER_VALUES_MAX);
}

static Status move_look(Cli *cli, const Filter *filter, DbResult **ret, Error *err)
{
    AUTO_STRBUF sql = STRBUF_INIT;
    DbArray values = {0};
    DbParams params = {0};
    lead_filter_sql(sql_cli_move, filter, &sql, &values);
    db_param_text(&params, cli_option(cli, "from"));
    db_param_array(&params, &values);
    db_param_text(&params, cli_option(cli, "to"));
    Status status = cli_query_long(cli, sql.data, &params, ret, err);
    db_array_done(&values);
    if (status == STATUS_OK && db_rows(*ret) == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list \"%s\" or \"%s\": `leadspool list ls` shows all",
                               cli_option(cli, "from"), cli_option(cli, "to"));
    }
    return status;
}

static void move_set_ids(Command *command, const Filter *filter)
{
    json_t *ids = json_array();
    for (size_t i = 0; filter != NULL && i < filter->value_count; i++) {
        json_array_append_new(ids, json_string(filter->values[i]));
    }
    json_object_set_new(command->data, "lead_ids", ids);
}

static Status move_send(Cli *cli, Command *command, const Filter *filter, Error *err)
{
    Status status = command_set(command, "list_id", command->key, err);
    if (status == STATUS_OK) {
        status = command_set(command, "to_list_id", cli_option(cli, "to"), err);
    }
    if (status == STATUS_OK) {
        status = command_set(command, "on_duplicate", cli_option(cli, "on-duplicate"), err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (cli_flag(cli, "ids")) {
        move_set_ids(command, filter);
    } else {
        json_object_set_new(command->data, "where", filter_to_json(filter));
    }
    return bulk_send(cli, command, err);
}

static Status move_read(const Cli *cli, Filter **ret, Error *err)
{
    const char *policy = cli_option(cli, "on-duplicate");
    Status status = cli_need(cli, "from", err);
    if (status == STATUS_OK) {
        status = cli_need(cli, "to", err);
    }
    if (status == STATUS_OK && policy != NULL && strcmp(policy, "skip") != 0 &&
        strcmp(policy, "update") != 0) {
        return cli_usage(err, "--on-duplicate must be skip or update");
    }
    return status == STATUS_OK ? move_filter(cli, ret, err) : status;
}

static Status move(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {
        .topic = TOPIC_IMPORTER_COMMANDS, .type = "leads.move", .key = cli_option(cli, "from")};
    AUTO_FILTER *filter = NULL;
    AUTO_RESULT *look = NULL;
    AUTO_TABLE table;
    bool go = false;
    table_init(&table, move_columns);
    Status status = move_read(cli, &filter, err);
    if (status == STATUS_OK) {
        status = move_look(cli, filter, &look, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    table_add_result(&table, look);
    AUTO_FREE char *question = mem_sprintf("Move %s leads from the list %s to the list %s?",
                                           db_text(look, 0, 2), command.key, cli_option(cli, "to"));
    status = bulk_confirm(cli, &table, question, &go, err);
    return status == STATUS_OK && go ? move_send(cli, &command, filter, err) : status;
}

const Verb cli_move_verbs[] = {
    {"", "", 0, 0,
     "Moves leads to another list. All that is known of them goes along; they follow the rules "
     "and\n"
     "do-not-call entries of the campaign that they come to.",
     move_options,
     "move --from spring --to summer --where \"stage = exhausted\" --dry-run\n"
     "move --from spring --to vip --where \"custom.tier = 'gold'\" --yes --wait\n"
     "move --from spring --to summer --ids 4294967297,4294967301 --on-duplicate update --yes",
     move},
    {0},
};
