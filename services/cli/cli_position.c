/* leadspool position: where workers stand in each partition, and setting them elsewhere. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/bus.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/follow.h"
#include "cli/incident.h"
#include "cli/table.h"
#include "sql_queries.h"

static const CliOption position_ls_options[] = {ARGS_JSON, {0}};
static const CliOption position_reset_options[] = {
    {"topic", "TOPIC", "without the namespace: importer.commands"},
    {"partition", "N", "its partition"},
    {"to", "WHERE", "earliest, latest, or the offset of the next record to read"},
    {"group", "NAME", "the service (default importer)"},
    {"yes", NULL, "do not ask"},
    ARGS_JSON,
    {0},
};

static const TableColumn position_columns[] = {
    {"group", TABLE_TEXT},        {"topic", TABLE_TEXT},   {"partition", TABLE_NUMBER},
    {"generation", TABLE_NUMBER}, {"epoch", TABLE_NUMBER}, {"next_offset", TABLE_NUMBER},
    {"owner", TABLE_TEXT},        {"halted", TABLE_TEXT},  {0},
};
static const TableColumn position_reset_columns[] = {
    {"group", TABLE_TEXT},         {"topic", TABLE_TEXT},        {"partition", TABLE_NUMBER},
    {"next_offset", TABLE_NUMBER}, {"generation", TABLE_NUMBER}, {0}};

typedef struct PositionReset {
    const char *group;
    const char *topic;
    int64_t partition;
    int64_t offset;
    int64_t low; /* what the broker has */
    int64_t high;
} PositionReset;

static Status position_ls(Cli *cli, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = cli_query(cli, sql_position_list, NULL, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, position_columns);
    table_add_result(&table, result);
    table_print(cli, &table);
    return STATUS_OK;
}

static Status position_ask_broker(Cli *cli, PositionReset *reset, Error *err)
{
    Consumer *consumer = NULL;
    Status status = consumer_open(&cli->config, NULL, &reset->topic, 1, &consumer, err);
    if (status == STATUS_OK) {
        status = follow_watermarks(consumer, reset->topic, (int)reset->partition, &reset->low,
                                   &reset->high, err);
    }
    consumer_close(consumer);
    return status;
}

static Status position_resolve(PositionReset *reset, const char *to, Error *err)
{
    char *end;
    errno = 0;
    if (strcmp(to, "earliest") == 0) {
        reset->offset = reset->low;
    } else if (strcmp(to, "latest") == 0) {
        reset->offset = reset->high;
    } else {
        reset->offset = strtoll(to, &end, 10);
        if (*to < '0' || *to > '9' || *end != '\0' || errno != 0) {
            return cli_usage(err, "--to must be earliest, latest or an offset");
        }
    }
    if (reset->offset < reset->low || reset->offset > reset->high) {
        return error_set_field(err, "to", "out_of_range",
                               "the broker has offsets %" PRId64 " to %" PRId64 " there",
                               reset->low, reset->high);
    }
    return STATUS_OK;
}

static Status position_read_options(Cli *cli, PositionReset *reset, Error *err)
{
    static const char *const needed[] = {"topic", "partition", "to"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        Status status = cli_need(cli, needed[i], err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    const char *group = cli_option(cli, "group");
    reset->group = group != NULL ? group : "importer";
    reset->topic = cli_option(cli, "topic");
    Status status = cli_option_i64(cli, "partition", 0, INT32_MAX, &reset->partition, err);
    if (status == STATUS_OK) {
        status = position_ask_broker(cli, reset, err);
    }
    return status == STATUS_OK ? position_resolve(reset, cli_option(cli, "to"), err) : status;
}

static Status position_store(Cli *cli, const PositionReset *reset, Table *table, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, reset->group);
    db_param_text(&params, reset->topic);
    db_param_i64(&params, reset->partition);
    db_param_i64(&params, reset->offset);
    AUTO_RESULT *result = NULL;
    AUTO_TX Db *db = cli_db(cli);
    Status status = db_begin_unchecked(db, err);
    if (status == STATUS_OK) {
        status = db_exec(db, sql_position_reset, &params, -1, err);
    }
    if (status == STATUS_OK) {
        params.count = 3;
        status = db_query(db, sql_cli_position_show, &params, &result, err);
    }
    if (status == STATUS_OK && db_rows(result) == 0) {
        return error_set(err, STATUS_BAD_INPUT, "unknown_position",
                         "%s has no position in %s/%" PRId64 ": `leadspool position ls` shows all",
                         reset->group, reset->topic, reset->partition);
    }
    if (status == STATUS_OK) {
        table_add_result(table, result);
        status = db_commit(db, err);
    }
    return status;
}

static Status position_reset(Cli *cli, Error *err)
{
    PositionReset reset = {0};
    bool yes = false;
    Status status = position_read_options(cli, &reset, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_FREE char *question =
        mem_sprintf("%s goes on at offset %" PRId64 " of %s/%" PRId64 " (the broker has %" PRId64
                    " to %" PRId64 "): records before it are not read, those after it are read "
                    "again.",
                    reset.group, reset.offset, reset.topic, reset.partition, reset.low, reset.high);
    status = cli_confirm(cli, question, &yes, err);
    if (status != STATUS_OK || !yes) {
        cli->exit_code = CLI_FAILED;
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, position_reset_columns);
    status = position_store(cli, &reset, &table, err);
    if (status == STATUS_OK) {
        table_print_one(cli, &table);
    }
    return status;
}

const Verb cli_position_verbs[] = {
    {"ls", "", 0, 0, "where each partition stands", position_ls_options, "position ls --json",
     position_ls},
    {"reset", "", 0, 0, "let a partition go on elsewhere, and end its halt", position_reset_options,
     "position reset --topic importer.commands --partition 3 --to earliest\n"
     "position reset --topic importer.commands --partition 3 --to 1200 --yes",
     position_reset},
    {"incidents", "", 0, 0, "records that retention removed before they were read",
     incident_ls_options, "position incidents --json", incident_ls},
    {"ack", "[INCIDENT]", 0, 1, "take note of such records, so that doctor tells of them no more",
     incident_ack_options,
     "position ack 3\n"
     "position ack --all --yes",
     incident_ack},
    {0},
};
