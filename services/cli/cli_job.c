/* leadspool job: imports and other long work, as the record has them. */
#include <string.h>

#include "cli/args.h"
#include "cli/export_fetch.h"
#include "cli/export_target.h"
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

static const CliOption job_fetch_options[] = {
    {"output", "FILE", "or -o: where the file goes (default: standard output)"}, ARGS_JSON, {0}};

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

/* ---- fetch ---- */

static Status job_check_fetch(const JobView *view, Error *err)
{
    if (strcmp(view->kind, "export") != 0) {
        return error_set_field(err, "job_id", "no_file", "job %s is no export: it wrote no file",
                               view->job_id);
    }
    if (!job_view_ended(view)) {
        return error_set_field(err, "job_id", "job_open",
                               "job %s is not done: `leadspool job watch %s` follows it",
                               view->job_id, view->job_id);
    }
    return strcmp(view->state, "completed") == 0
               ? STATUS_OK
               : error_set_field(err, "job_id", "no_file", "job %s is %s: it has no file",
                                 view->job_id, view->state);
}

static Status job_fetch(Cli *cli, Error *err)
{
    const char *path = cli_option(cli, "output");
    AUTO_VIEW view = {0};
    if (cli->json && export_target_is_output(path)) {
        return cli_usage(err, "--json needs -o FILE: standard output has the file else");
    }
    interrupt_catch();
    Status status = export_target_check(path, err);
    if (status == STATUS_OK) {
        status = job_view_load(cli, cli->words[0], &view, err);
    }
    if (status == STATUS_OK) {
        status = job_check_fetch(&view, err);
    }
    return status == STATUS_OK ? export_bring(cli, &view, path, err) : status;
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
    {"fetch", "ID", 1, 1, "bring the file of an export that is done", job_fetch_options,
     "job fetch 12 -o spring.csv\n"
     "job fetch 12 > spring.csv",
     job_fetch},
    {"cancel", "ID", 1, 1, "stop a job at its next checkpoint", job_cancel_options, "job cancel 12",
     job_cancel_verb},
    {0},
};
