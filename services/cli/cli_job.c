/* leadspool job: imports and other long work, as the record has them. */
#include <string.h>

#include "cli/args.h"
#include "cli/interrupt.h"
#include "cli/job_watch.h"
#include "cli/send.h"
#include "cli/table.h"
#include "runtime/topics.h"
#include "sql_queries.h"

enum { JOB_LS_MOST = 20 };

static const CliOption job_ls_options[] = {
    {"list", "ID", "only those of this list"},
    {"all", NULL, "all of them; without it those that are open and the last 20"},
    ARGS_JSON,
    {0},
};
static const CliOption job_show_options[] = {ARGS_JSON, {0}};
static const CliOption job_watch_options[] = {ARGS_JSON, {0}};
static const CliOption job_cancel_options[] = {
    {"timeout", "SECONDS", "how long to wait for the reply (default 30)"}, ARGS_JSON, {0}};

static const TableColumn job_columns[] = {
    {"job_id", TABLE_TEXT},
    {"kind", TABLE_TEXT},
    {"list_id", TABLE_TEXT},
    {"state", TABLE_TEXT},
    {"rows", TABLE_NUMBER},
    {"inserted", TABLE_NUMBER},
    {"updated", TABLE_NUMBER},
    {"duplicate", TABLE_NUMBER},
    {"rejected", TABLE_NUMBER},
    {"file", TABLE_TEXT},
    {"created_at", TABLE_TEXT},
    {"finished_at", TABLE_TEXT},
    {0},
};
static const TableColumn job_detail_columns[] = {
    {"job_id", TABLE_TEXT},
    {"kind", TABLE_TEXT},
    {"list_id", TABLE_TEXT},
    {"state", TABLE_TEXT},
    {"cancel_requested", TABLE_BOOL},
    {"command_id", TABLE_TEXT},
    {"source", TABLE_TEXT},
    {"params", TABLE_JSON},
    {"progress", TABLE_JSON},
    {"created_at", TABLE_TEXT},
    {"started_at", TABLE_TEXT},
    {"finished_at", TABLE_TEXT},
    {0},
};
static const TableColumn job_cancel_columns[] = {
    {"job_id", TABLE_TEXT}, {"result", TABLE_TEXT}, {0}};

static Status job_ls(Cli *cli, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, cli_option(cli, "list"));
    db_param_bool(&params, cli_flag(cli, "all"));
    db_param_i64(&params, JOB_LS_MOST);
    AUTO_RESULT *result = NULL;
    Status status = cli_query(cli, sql_cli_job_ls, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, job_columns);
    table_add_result(&table, result);
    table_print(cli, &table);
    return STATUS_OK;
}

static Status job_show(Cli *cli, Error *err)
{
    AUTO_VIEW view = {0}; /* tells a wrong number from an unknown one */
    Status status = job_view_load(cli, cli->words[0], &view, err);
    if (status != STATUS_OK) {
        return status;
    }
    DbParams params = {0};
    db_param_text(&params, view.job_id);
    AUTO_RESULT *result = NULL;
    status = cli_query(cli, sql_cli_job_show, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, job_detail_columns);
    table_add_result(&table, result);
    table_print_one(cli, &table);
    return STATUS_OK;
}

static Status job_watch_verb(Cli *cli, Error *err)
{
    static const char *const followed[] = {TOPIC_LIST_EVENTS};
    AUTO_VIEW view = {0};
    Follow *follow = NULL;
    interrupt_catch();
    Status status = job_view_load(cli, cli->words[0], &view, err);
    if (status == STATUS_OK && !job_view_ended(&view)) {
        Error unheard; /* without Kafka the record alone is asked */
        if (follow_open(&cli->config, followed, 1, &follow, &unheard) != STATUS_OK) {
            cli_say(cli, "Kafka cannot be read, so the record alone is asked: %s", unheard.text);
            follow = NULL;
        }
    }
    if (status == STATUS_OK) {
        status = job_watch_report(cli, follow, &view, err);
    }
    follow_close(follow);
    return status;
}

static Status job_cancel_verb(Cli *cli, Error *err)
{
    AUTO_VIEW view = {0};
    char result[32] = "";
    Status status = job_view_load(cli, cli->words[0], &view, err);
    if (status == STATUS_OK) {
        status = job_cancel(cli, &view, result, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, job_cancel_columns);
    table_add(&table, view.job_id);
    table_add(&table, result);
    table_print_one(cli, &table);
    return STATUS_OK;
}

const Verb cli_job_verbs[] = {
    {"ls", "", 0, 0, "the latest jobs", job_ls_options,
     "job ls\n"
     "job ls --list spring --all --json",
     job_ls},
    {"show", "ID", 1, 1, "all that is known of one job", job_show_options, "job show 12", job_show},
    {"watch", "ID", 1, 1, "follow a job until it ends; exit 0 when it completed", job_watch_options,
     "job watch 12\n"
     "job watch 12 --json",
     job_watch_verb},
    {"cancel", "ID", 1, 1, "stop a job at its next checkpoint", job_cancel_options, "job cancel 12",
     job_cancel_verb},
    {0},
};
