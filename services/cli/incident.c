#include "cli/incident.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/table.h"
#include "sql_queries.h"

const CliOption incident_ls_options[] = {ARGS_JSON, {0}};
const CliOption incident_ack_options[] = {
    {"all", NULL, "all that are open"},
    {"yes", NULL, "do not ask"},
    ARGS_JSON,
    {0},
};

static const TableColumn incident_columns[] = {
    {"incident", TABLE_NUMBER},      {"group", TABLE_TEXT},
    {"topic", TABLE_TEXT},           {"partition", TABLE_NUMBER},
    {"first_lost", TABLE_NUMBER},    {"last_lost", TABLE_NUMBER},
    {"records", TABLE_NUMBER},       {"noticed_at", TABLE_TEXT},
    {"acknowledged_at", TABLE_TEXT}, {0},
};

static void incident_print(Cli *cli, const DbResult *result)
{
    AUTO_TABLE table;
    table_init(&table, incident_columns);
    table_add_result(&table, result);
    table_print(cli, &table);
}

Status incident_ls(Cli *cli, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = cli_query(cli, sql_cli_incident_ls, NULL, &result, err);
    if (status == STATUS_OK) {
        incident_print(cli, result);
    }
    return status;
}

/* *ret: 0 for all. */
static Status incident_read_words(const Cli *cli, int64_t *ret, Error *err)
{
    bool all = cli_flag(cli, "all");
    if (all == (cli->word_count == 1)) {
        return cli_usage(err, "one INCIDENT, or --all: `leadspool position incidents` shows them");
    }
    *ret = 0;
    if (!all && (ids_parse_i64(cli->words[0], ret, err) != STATUS_OK || *ret < 1)) {
        return cli_usage(err, "\"%s\" is not the number of an incident", cli->words[0]);
    }
    return STATUS_OK;
}

static Status incident_store(Cli *cli, int64_t incident_no, DbResult **ret, Error *err)
{
    AUTO_FREE char *number = incident_no > 0 ? mem_sprintf("%" PRId64, incident_no) : NULL;
    DbParams params = {0};
    db_param_text(&params, number);
    db_param_time(&params, clock_now_us());
    AUTO_TX Db *db = cli_db(cli);
    Status status = db_begin_unchecked(db, err);
    if (status == STATUS_OK) {
        status = db_query(db, sql_cli_incident_ack, &params, ret, err);
    }
    if (status == STATUS_OK && incident_no > 0 && db_rows(*ret) == 0) {
        return error_set(err, STATUS_BAD_INPUT, "unknown_incident",
                         "there is no incident %" PRId64
                         ": `leadspool position incidents` shows all",
                         incident_no);
    }
    return status == STATUS_OK ? db_commit(db, err) : status;
}

Status incident_ack(Cli *cli, Error *err)
{
    int64_t incident_no = 0;
    bool yes = false;
    Status status = incident_read_words(cli, &incident_no, err);
    if (status == STATUS_OK) {
        status = cli_confirm(cli, "What is lost stays lost, and doctor no longer tells of it.",
                             &yes, err);
    }
    if (status != STATUS_OK || !yes) {
        cli->exit_code = CLI_FAILED;
        return status;
    }
    AUTO_RESULT *result = NULL;
    status = incident_store(cli, incident_no, &result, err);
    if (status == STATUS_OK) {
        incident_print(cli, result);
    }
    return status;
}
