/* leadspool move: leads of one list go to another. */
#include <stdio.h>
#include <string.h>

#include "base/ids.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/bulk_verb.h"
#include "cli/job_view.h"
#include "cli/lead_ids.h"
#include "cli/where.h"
#include "importer/leads_move.h"
#include "importer/move_plan.h"
#include "runtime/lead_filter.h"
#include "runtime/topics.h"
#include "sql_queries.h"

static const CliOption move_options[] = {
    {"from", "ID", "the list that they are in"},
    {"to", "ID", "the list that they go to, also of another campaign"},
    WHERE_OPTION,
    LEAD_IDS_OPTIONS,
    {"on-duplicate", "skip|update|report",
     "a lead that the target has already stays (default); or tells its fields to that one and "
     "goes; or stays, and `move report` names it"},
    BULK_EVENTS_OPTION,
    BULK_OPTIONS,
    {0},
};

static const TableColumn move_columns[] = {
    {"from", TABLE_TEXT},           {"to", TABLE_TEXT},
    {"leads", TABLE_NUMBER},        {"called", TABLE_NUMBER},
    {"offered", TABLE_NUMBER},      {"duplicate", TABLE_NUMBER},
    {"other_campaign", TABLE_BOOL}, {0},
};

/* Which leads: one of both. */
typedef struct MoveLeads {
    Filter *filter;
    json_t *ids;
} MoveLeads;

static void move_leads_done(MoveLeads *leads)
{
    filter_free(leads->filter);
    json_decref(leads->ids);
}

static Status move_which(const Cli *cli, MoveLeads *leads, Error *err)
{
    Status status = lead_ids_read(cli, MOVE_IDS_MAX, &leads->ids, err);
    if (status == STATUS_OK && (leads->ids != NULL) == cli_flag(cli, "where")) {
        return cli_usage(err, "give --where, --ids or --ids-from");
    }
    return status == STATUS_OK && leads->ids == NULL ? where_read(cli, true, &leads->filter, err)
                                                     : status;
}

static void move_ids_param(const json_t *ids, DbArray *array, DbParams *params)
{
    size_t i;
    json_t *id;
    if (ids == NULL) {
        db_param_text(params, NULL);
        return;
    }
    db_array_begin(array, DB_ARRAY_TEXT);
    json_array_foreach((json_t *)ids, i, id)
    {
        db_array_string(array, json_string_value(id));
    }
    db_param_array(params, array);
}

static Status move_look(Cli *cli, const MoveLeads *leads, DbResult **ret, Error *err)
{
    AUTO_STRBUF sql = STRBUF_INIT;
    DbArray values = {0};
    DbArray ids = {0};
    DbParams params = {0};
    lead_filter_sql(sql_cli_move, leads->filter, &sql, &values);
    db_param_text(&params, cli_option(cli, "from"));
    db_param_array(&params, &values);
    db_param_text(&params, cli_option(cli, "to"));
    move_ids_param(leads->ids, &ids, &params);
    Status status = cli_query_long(cli, sql.data, &params, ret, err);
    db_array_done(&values);
    db_array_done(&ids);
    if (status == STATUS_OK && db_rows(*ret) == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list \"%s\" or \"%s\": `leadspool list ls` shows all",
                               cli_option(cli, "from"), cli_option(cli, "to"));
    }
    return status;
}

static Status move_send(Cli *cli, Command *command, const MoveLeads *leads, Error *err)
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
    if (leads->ids != NULL) {
        json_object_set(command->data, "lead_ids", leads->ids);
    } else {
        json_object_set_new(command->data, "where", filter_to_json(leads->filter));
    }
    bulk_ask_events(cli, command);
    return bulk_send(cli, command, err);
}

static Status move_read(const Cli *cli, MoveLeads *leads, Error *err)
{
    const char *policy = cli_option(cli, "on-duplicate");
    Status status = cli_need(cli, "from", err);
    if (status == STATUS_OK) {
        status = cli_need(cli, "to", err);
    }
    if (status == STATUS_OK && policy != NULL &&
        strcmp(move_policy_name(move_policy_find(policy)), policy) != 0) {
        return cli_usage(err, "--on-duplicate must be skip, update or report");
    }
    return status == STATUS_OK ? move_which(cli, leads, err) : status;
}

static Status move_leads(Cli *cli, MoveLeads *leads, Error *err)
{
    AUTO_COMMAND command = {
        .topic = TOPIC_IMPORTER_COMMANDS, .type = "leads.move", .key = cli_option(cli, "from")};
    AUTO_RESULT *look = NULL;
    AUTO_TABLE table;
    bool go = false;
    table_init(&table, move_columns);
    Status status = move_look(cli, leads, &look, err);
    if (status != STATUS_OK) {
        return status;
    }
    table_add_result(&table, look);
    AUTO_FREE char *question = mem_sprintf("Move %s leads from the list %s to the list %s?",
                                           db_text(look, 0, 2), command.key, cli_option(cli, "to"));
    status = bulk_confirm(cli, &table, question, &go, err);
    return status == STATUS_OK && go ? move_send(cli, &command, leads, err) : status;
}

static Status move(Cli *cli, Error *err)
{
    MoveLeads leads = {0};
    Status status = move_read(cli, &leads, err);
    if (status == STATUS_OK) {
        status = move_leads(cli, &leads, err);
    }
    move_leads_done(&leads);
    return status;
}

/* ---- report ---- */

static const CliOption report_options[] = {ARGS_JSON, {0}};

static const TableColumn report_columns[] = {
    {"lead_id", TABLE_TEXT},
    {"external_id", TABLE_TEXT},
    {"other_lead_id", TABLE_TEXT},
    {"fate", TABLE_TEXT},
    {0},
};

static Status move_report(Cli *cli, Error *err)
{
    const char *job_id = cli->words[0];
    int64_t job_no = 0;
    AUTO_VIEW job = {0};
    AUTO_RESULT *notes = NULL;
    AUTO_TABLE table;
    DbParams params = {0};
    table_init(&table, report_columns);
    if (ids_parse_i64(job_id, &job_no, err) != STATUS_OK) {
        return cli_usage(err, "\"%s\" is not the number of a job", job_id);
    }
    Status status = job_view_load(cli, job_id, &job, err);
    if (status == STATUS_OK && strcmp(job.kind, LEADS_MOVE_KIND) != 0) {
        return error_set_field(err, "job_id", "unknown_job", "job %s is no move", job_id);
    }
    if (status == STATUS_OK) {
        db_param_i64(&params, job_no);
        status = cli_query_long(cli, sql_cli_move_report, &params, &notes, err);
    }
    if (status == STATUS_OK) {
        table_add_result(&table, notes);
        table_print(cli, &table);
    }
    return status;
}

const Verb cli_move_verbs[] = {
    {"", "", 0, 0,
     "Moves leads to another list. All that is known of them goes along; they follow the rules "
     "and\n"
     "do-not-call entries of the campaign that they come to.",
     move_options,
     "move --from spring --to summer --where \"stage = exhausted\" --dry-run\n"
     "move --from spring --to vip --where \"custom.tier = 'gold'\" --yes --wait\n"
     "move --from spring --to summer --ids 4294967297,4294967301 --on-duplicate update --yes\n"
     "export --list spring --field lead_id --where \"custom.x = 'y'\" | "
     "leadspool move --from spring --to vip --ids-from - --yes",
     move},
    {"report", "JOB", 1, 1,
     "Whom leads of a move met in the other list, and what became of them: duplicate, merged,\n"
     "conflict or kept_offered. Of moves with --on-duplicate report or update, for 35 days.",
     report_options, "move report 17", move_report},
    {0},
};
