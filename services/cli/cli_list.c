/* leadspool list: lists are made and changed by commands, and shown from the record. */
#include <string.h>

#include "base/mem.h"
#include "cli/args.h"
#include "cli/bulk_verb.h"
#include "cli/export_target.h"
#include "cli/list_keep.h"
#include "cli/rules_verb.h"
#include "cli/send.h"
#include "cli/table.h"
#include "cli/window_arg.h"
#include "runtime/topics.h"
#include "sql_queries.h"

enum { LIST_PRIORITY_MOST = 99 };

static const CliOption list_create_options[] = {
    {"list-id", "ID", "its id: letters, digits, _ and -, at most 64"},
    {"name", "NAME", "what people call it (default: the id)"},
    {"campaign", "ID", "the campaign it belongs to; made when it is new"},
    {"description", "TEXT", "anything worth knowing"},
    {"inactive", NULL, "its leads are not offered yet"},
    {"priority", "0..99", "among the lists of its campaign (default 50)"},
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};
static const CliOption list_update_options[] = {
    {"name", "NAME", "what people call it"},
    {"description", "TEXT", "anything worth knowing"},
    {"active", NULL, "offer its leads"},
    {"inactive", NULL, "stop offering its leads"},
    {"priority", "0..99", "among the lists of its campaign"},
    {"campaign", "ID", "give it to this campaign"},
    WINDOW_OPTION,
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};
static const CliOption list_ls_options[] = {
    {"campaign", "ID", "only those of this campaign"}, ARGS_JSON, {0}};
static const CliOption list_show_options[] = {ARGS_JSON, {0}};
static const CliOption list_rm_options[] = {
    {"keep-leads-as", "FILE",
     "export its leads to FILE first, all fields, and delete only when the file is whole and says "
     "the last of the list"},
    {"allow-left-out", NULL,
     "delete also when custom fields are not in FILE, whose names no column can have"},
    BULK_OPTIONS,
    {0},
};

static const TableColumn list_columns[] = {
    {"list_id", TABLE_TEXT},    {"campaign_id", TABLE_TEXT},
    {"name", TABLE_TEXT},       {"life", TABLE_TEXT},
    {"priority", TABLE_NUMBER}, {"total", TABLE_NUMBER},
    {"dialable", TABLE_NUMBER}, {0},
};
static const TableColumn list_detail_columns[] = {
    {"list_id", TABLE_TEXT},
    {"campaign_id", TABLE_TEXT},
    {"name", TABLE_TEXT},
    {"description", TABLE_TEXT},
    {"life", TABLE_TEXT},
    {"active", TABLE_BOOL},
    {"priority", TABLE_NUMBER},
    {"total", TABLE_NUMBER},
    {"dialable", TABLE_NUMBER},
    {"version", TABLE_NUMBER},
    {"created_at", TABLE_TEXT},
    {"updated_at", TABLE_TEXT},
    {0},
};
static const TableColumn list_rm_columns[] = {
    {"list_id", TABLE_TEXT},   {"life", TABLE_TEXT},        {"leads", TABLE_NUMBER},
    {"called", TABLE_NUMBER},  {"ready", TABLE_NUMBER},     {"finished", TABLE_NUMBER},
    {"offered", TABLE_NUMBER}, {"open_jobs", TABLE_NUMBER}, {0},
};
static const TableColumn list_result_columns[] = {
    {"list_id", TABLE_TEXT}, {"result", TABLE_TEXT}, {"command_id", TABLE_TEXT}, {0}};

/* ---- create, update ---- */

/* What both commands have; the option's name is the field's. */
static Status list_set_fields(Cli *cli, Command *command, Error *err)
{
    static const char *const texts[] = {"name", "description"};
    int64_t priority = -1;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        Status status = command_set(command, texts[i], cli_option(cli, texts[i]), err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    Status status = cli_option_i64(cli, "priority", 0, LIST_PRIORITY_MOST, &priority, err);
    if (status == STATUS_OK && priority >= 0) {
        json_object_set_new(command->data, "priority", json_integer(priority));
    }
    if (cli_flag(cli, "inactive") && cli_flag(cli, "active")) {
        return cli_usage(err, "--active and --inactive exclude each other");
    }
    if (cli_flag(cli, "inactive") || cli_flag(cli, "active")) {
        json_object_set_new(command->data, "active", json_boolean(cli_flag(cli, "active")));
    }
    return status;
}

static Status list_send(Cli *cli, Command *command, Error *err)
{
    Status status = send_one(cli, command, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, list_result_columns);
    table_add(&table, command->key);
    table_add(&table, command_text(command_result(command, 0), "result"));
    table_add(&table, command->id);
    table_print_one(cli, &table);
    return STATUS_OK;
}

static Status list_create(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {
        .topic = TOPIC_IMPORTER_COMMANDS, .type = "list.create", .key = cli_option(cli, "list-id")};
    Status status = cli_need(cli, "list-id", err);
    if (status == STATUS_OK) {
        status = cli_need(cli, "campaign", err);
    }
    if (status == STATUS_OK) {
        status = command_set(&command, "list_id", command.key, err);
    }
    if (status == STATUS_OK) {
        status = command_set(&command, "campaign_id", cli_option(cli, "campaign"), err);
    }
    if (status == STATUS_OK) {
        status = list_set_fields(cli, &command, err);
    }
    return status == STATUS_OK ? list_send(cli, &command, err) : status;
}

static Status list_update(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {
        .topic = TOPIC_IMPORTER_COMMANDS, .type = "list.update", .key = cli->words[0]};
    Status status = command_set(&command, "list_id", command.key, err);
    if (status == STATUS_OK) {
        status = list_set_fields(cli, &command, err);
    }
    if (status == STATUS_OK) {
        status = command_set(&command, "campaign_id", cli_option(cli, "campaign"), err);
    }
    if (status == STATUS_OK) {
        status = rules_set_windows(cli, &command, err);
    }
    if (status == STATUS_OK && json_object_size(command.data) == 1) {
        status = cli_usage(err, "nothing to change was given");
    }
    return status == STATUS_OK ? list_send(cli, &command, err) : status;
}

/* ---- ls, show ---- */

static Status list_ls(Cli *cli, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, cli_option(cli, "campaign"));
    AUTO_RESULT *result = NULL;
    Status status = cli_query(cli, sql_cli_list_ls, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, list_columns);
    table_add_result(&table, result);
    table_print(cli, &table);
    return STATUS_OK;
}

static Status list_show(Cli *cli, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, cli->words[0]);
    AUTO_RESULT *result = NULL;
    Status status = cli_query(cli, sql_cli_list_show, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list \"%s\": `leadspool list ls` shows all",
                               cli->words[0]);
    }
    AUTO_TABLE table;
    table_init(&table, list_detail_columns);
    table_add_result(&table, result);
    table_print_one(cli, &table);
    return STATUS_OK;
}

/* ---- rm ---- */

static Status list_rm_look(Cli *cli, const char *list_id, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, list_id);
    Status status = cli_query(cli, sql_cli_list_rm, &params, ret, err);
    if (status == STATUS_OK && db_rows(*ret) == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list \"%s\": `leadspool list ls` shows all", list_id);
    }
    return status;
}

static Status list_rm_send(Cli *cli, Command *command, Error *err)
{
    const char *keep = cli_option(cli, "keep-leads-as");
    int64_t version = 0;
    Status status = command_set(command, "list_id", command->key, err);
    if (status == STATUS_OK && keep != NULL) {
        status = list_keep(cli, command->key, keep, &version, err);
    }
    if (status == STATUS_OK && keep != NULL) {
        json_object_set_new(command->data, "if_version", json_integer(version));
    }
    return status == STATUS_OK ? bulk_send(cli, command, err) : status;
}

static Status list_rm(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {
        .topic = TOPIC_IMPORTER_COMMANDS, .type = "list.delete", .key = cli->words[0]};
    AUTO_RESULT *look = NULL;
    bool go = false;
    const char *keep = cli_option(cli, "keep-leads-as");
    if (keep == NULL && cli_flag(cli, "allow-left-out")) {
        return cli_usage(err, "--allow-left-out goes with --keep-leads-as");
    }
    if (keep != NULL && export_target_is_output(keep)) {
        return cli_usage(err, "--keep-leads-as needs a file: standard output has the report");
    }
    Status status = keep != NULL ? export_target_check(keep, err) : STATUS_OK;
    if (status == STATUS_OK) {
        status = list_rm_look(cli, command.key, &look, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, list_rm_columns);
    table_add_result(&table, look);
    AUTO_FREE char *question = mem_sprintf("Delete the list %s and its %s leads for good?",
                                           command.key, db_text(look, 0, 2));
    status = bulk_confirm(cli, &table, question, &go, err);
    return status == STATUS_OK && go ? list_rm_send(cli, &command, err) : status;
}

const Verb cli_list_verbs[] = {
    {"create", "", 0, 0, "make a list", list_create_options,
     "list create --list-id spring --name \"Spring 2026\" --campaign solar\n"
     "list create --list-id test --campaign solar --inactive --priority 10",
     list_create},
    {"ls", "", 0, 0, "all lists", list_ls_options,
     "list ls\n"
     "list ls --campaign solar --json",
     list_ls},
    {"show", "ID", 1, 1, "one list", list_show_options, "list show spring", list_show},
    {"update", "ID", 1, 1, "rename, pause, resume, rank or move a list", list_update_options,
     "list update spring --inactive\n"
     "list update spring --name \"Late spring\" --priority 90\n"
     "list update spring --campaign roofs --window sat,sun=10:00-16:00",
     list_update},
    {"rm", "ID", 1, 1, "delete a list and its leads; calls and do-not-call entries stay",
     list_rm_options,
     "list rm spring --dry-run\n"
     "list rm spring --keep-leads-as spring.csv\n"
     "list rm spring --yes --wait",
     list_rm},
    {0},
};
