#include "cli/stats_job.h"

#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/bulk_verb.h"
#include "cli/interrupt.h"
#include "cli/send.h"
#include "cli/table.h"
#include "runtime/topics.h"
#include "sql_queries.h"

enum { JOB_NAP_MS = 100 };

#define JOB_OPTIONS                                                                                \
    {"list", "ID", "this list only"},                                                              \
    {                                                                                              \
        "no-wait", NULL, "do not wait for its end"                                                 \
    }

const CliOption stats_rebuild_options[] = {JOB_OPTIONS, SEND_OPTIONS, ARGS_JSON, {0}};
const CliOption stats_reconcile_options[] = {
    {"repair", NULL,
     "mend what differs, counters by the recount and Redis by the counters; list.repaired tells "
     "each"},
    JOB_OPTIONS,
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};

static const TableColumn rebuilt_columns[] = {{"job_id", TABLE_TEXT},   {"outcome", TABLE_TEXT},
                                              {"lists", TABLE_NUMBER},  {"jobs", TABLE_NUMBER},
                                              {"stored", TABLE_NUMBER}, {"removed", TABLE_NUMBER},
                                              {"error", TABLE_JSON},    {0}};
static const TableColumn reconciled_columns[] = {
    {"job_id", TABLE_TEXT},     {"outcome", TABLE_TEXT},
    {"lists", TABLE_NUMBER},    {"wrong", TABLE_NUMBER},
    {"repaired", TABLE_NUMBER}, {"problems", TABLE_JSON},
    {"error", TABLE_JSON},      {0}};

/* ---- the job's end ---- */

static void add_member(Table *table, const TableColumn *column, const json_t *result)
{
    const json_t *value = json_object_get(result, column->name);
    if (json_is_string(value)) {
        table_add(table, json_string_value(value));
    } else if (json_is_integer(value)) {
        table_add_i64(table, json_integer_value(value));
    } else if (column->type == TABLE_JSON && value != NULL && !json_is_null(value)) {
        AUTO_FREE char *text = json_dumps(value, JSON_COMPACT);
        table_add(table, text);
    } else {
        table_add(table, NULL);
    }
}

static void tell_end(Cli *cli, const TableColumn columns[], const json_t *result)
{
    AUTO_TABLE table;
    table_init(&table, columns);
    for (const TableColumn *column = columns; column->name != NULL; column++) {
        add_member(&table, column, result);
    }
    table_print_one(cli, &table);
    const char *outcome = json_string_value(json_object_get(result, "outcome"));
    json_int_t wrong = json_integer_value(json_object_get(result, "wrong"));
    if (outcome == NULL || strcmp(outcome, "completed") != 0 ||
        (wrong > 0 && !cli_flag(cli, "repair"))) {
        cli->exit_code = CLI_FAILED;
    }
}

static bool has_ended(const char *state)
{
    return strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
}

static Status await_end(Cli *cli, int64_t job_no, json_t **ret, Error *err)
{
    for (;;) {
        DbParams params = {0};
        AUTO_RESULT *rows = NULL;
        db_param_i64(&params, job_no);
        Status status = cli_query(cli, sql_cli_stats_job, &params, &rows, err);
        if (status != STATUS_OK) {
            return status;
        }
        if (db_rows(rows) == 1 && has_ended(db_text(rows, 0, 0))) {
            const char *text = db_text(rows, 0, 1);
            return json_parse_object(text, strlen(text), ret, err);
        }
        if (interrupt_pending()) {
            return error_set(err, STATUS_RETRY, "interrupted", "the job goes on by itself");
        }
        clock_nap(JOB_NAP_MS);
    }
}

/* ---- sending ---- */

static Status run_job(Cli *cli, Command *command, const TableColumn columns[], Error *err)
{
    int64_t job_no = 0;
    AUTO_JSON json_t *result = NULL;
    interrupt_catch();
    Status status = command_set(command, "list_id", cli_option(cli, "list"), err);
    if (status == STATUS_OK) {
        status = send_one(cli, command, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const char *job_id = command_text(command->reply, "job_id");
    if (cli_flag(cli, "no-wait")) {
        bulk_tell_accepted(cli, job_id);
        return STATUS_OK;
    }
    status = ids_parse_i64(job_id, &job_no, err);
    if (status == STATUS_OK) {
        status = await_end(cli, job_no, &result, err);
    }
    if (status == STATUS_OK) {
        tell_end(cli, columns, result);
    }
    return status;
}

Status stats_rebuild(Cli *cli, Error *err)
{
    const char *list_id = cli_option(cli, "list");
    AUTO_COMMAND command = {.topic = TOPIC_STATS_COMMANDS,
                            .type = "stats.rebuild",
                            .key = list_id != NULL ? list_id : "all",
                            .data = json_object()};
    return run_job(cli, &command, rebuilt_columns, err);
}

Status stats_reconcile(Cli *cli, Error *err)
{
    const char *list_id = cli_option(cli, "list");
    AUTO_COMMAND command = {.topic = TOPIC_STATS_COMMANDS,
                            .type = "stats.reconcile",
                            .key = list_id != NULL ? list_id : "all",
                            .data = json_object()};
    if (cli_flag(cli, "repair")) {
        json_object_set_new(command.data, "repair", json_true());
    }
    return run_job(cli, &command, reconciled_columns, err);
}
