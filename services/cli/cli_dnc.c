/* leadspool dnc: numbers are put on the do-not-call list and taken off it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/file_job.h"
#include "cli/lead_phone.h"
#include "cli/send.h"
#include "cli/table.h"
#include "runtime/topics.h"

static const CliOption dnc_add_options[] = {
    {"campaign", "ID", "for this campaign only (default: everywhere)"},
    {"source", "TEXT", "where it comes from, for the record"},
    {"expires", "TIME", "when it ends: 2027-01-31T00:00:00Z (default: never)"},
    {"country", "CC", "of numbers without country code (default US)"},
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};
static const CliOption dnc_rm_options[] = {
    {"campaign", "ID", "the entry of this campaign (default: the one for everywhere)"},
    {"country", "CC", "of numbers without country code (default US)"},
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};

static const CliOption dnc_import_options[] = {
    {"campaign", "ID", "for this campaign only (default: everywhere)"},
    {"source", "TEXT", "where they come from, for the record"},
    {"expires-at", "TIME", "when they end: 2027-01-31T00:00:00Z (default: never)"},
    {"country", "CC", "of numbers without country code (default: the campaign's, or US)"},
    {"map", "FIELD=COLUMN",
     "column (name or number from 1) of phone, country or expires_at; may be repeated; the rest is "
     "proposed"},
    FILE_JOB_OPTIONS,
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};

static const TableColumn dnc_columns[] = {{"phone", TABLE_TEXT},   {"result", TABLE_TEXT},
                                          {"leads", TABLE_NUMBER}, {"code", TABLE_TEXT},
                                          {"message", TABLE_TEXT}, {0}};

/* A number and the command about it. */
typedef struct DncEntry {
    char key[24]; /* "+15046218927" */
    Command command;
} DncEntry;

static Status dnc_build(const Cli *cli, DncEntry *entry, const char *number, Error *err)
{
    uint64_t e164 = 0;
    Command *command = &entry->command;
    Status status = lead_phone_parse(number, cli_option(cli, "country"), &e164, err);
    if (status != STATUS_OK) {
        return status;
    }
    snprintf(entry->key, sizeof entry->key, "+%" PRIu64, e164);
    bool adds = strcmp(cli->verb->name, "add") == 0;
    *command = (Command){
        .topic = TOPIC_DNC_COMMANDS, .type = adds ? "dnc.add" : "dnc.remove", .key = entry->key};
    status = command_set(command, "phone", entry->key, err);
    if (status == STATUS_OK) {
        status = command_set(command, "campaign_id", cli_option(cli, "campaign"), err);
    }
    if (status == STATUS_OK && adds) {
        status = command_set(command, "source", cli_option(cli, "source"), err);
    }
    if (status == STATUS_OK && adds) {
        status = command_set(command, "expires_at", cli_option(cli, "expires"), err);
    }
    return status;
}

static Status dnc_check_expires(const Cli *cli, const char *option, Error *err)
{
    const char *expires = cli_option(cli, option);
    int64_t time_us = 0;
    if (expires == NULL || clock_parse_rfc3339(expires, &time_us, err) == STATUS_OK) {
        return STATUS_OK;
    }
    return cli_usage(err, "--%s must be a time with its zone, such as 2027-01-31T00:00:00Z",
                     option);
}

static void dnc_add_row(Cli *cli, const Command *command, Table *table)
{
    const json_t *result = command_result(command, 0);
    const json_t *leads = json_object_get(result, "leads");
    bool rejected = command_was_rejected(command);
    table_add(table, command->key);
    table_add(table, rejected ? "rejected" : command_text(result, "result"));
    table_add_i64(table, json_integer_value(leads));
    table_add(table, rejected ? command_text(command->reply, "code") : NULL);
    table_add(table, rejected ? command_text(command->reply, "message") : NULL);
    cli->exit_code = rejected ? CLI_FAILED : cli->exit_code;
}

static Status dnc_send(Cli *cli, Command commands[], int count, Error *err)
{
    AUTO_SENDER sender;
    Status status = sender_open(cli, false, &sender, err);
    if (status == STATUS_OK) {
        status = sender_send(&sender, commands, count, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, dnc_columns);
    for (int i = 0; i < count; i++) {
        dnc_add_row(cli, &commands[i], &table);
    }
    table_print(cli, &table);
    return STATUS_OK;
}

/* Nothing is sent unless all numbers are right. */
static Status dnc_change(Cli *cli, Error *err)
{
    int count = cli->word_count;
    AUTO_FREE DncEntry *entries = mem_alloc((size_t)count * sizeof *entries);
    AUTO_FREE Command *commands = mem_alloc((size_t)count * sizeof *commands);
    Status status = dnc_check_expires(cli, "expires", err);
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        status = dnc_build(cli, &entries[i], cli->words[i], err);
        commands[i] = entries[i].command;
    }
    if (status == STATUS_OK) {
        status = dnc_send(cli, commands, count, err);
    }
    for (int i = 0; i < count; i++) {
        command_done(&commands[i]);
    }
    return status;
}

static const struct DncImportText {
    const char *option;
    const char *field;
} dnc_import_texts[] = {
    {"campaign", "campaign_id"},
    {"source", "source"},
    {"expires-at", "expires_at"},
    {"country", "default_country"},
};

static Status dnc_import_build(const Cli *cli, Command *command, Error *err)
{
    Status status = dnc_check_expires(cli, "expires-at", err);
    for (size_t i = 0;
         status == STATUS_OK && i < sizeof dnc_import_texts / sizeof dnc_import_texts[0]; i++) {
        const struct DncImportText *text = &dnc_import_texts[i];
        status = command_set(command, text->field, cli_option(cli, text->option), err);
    }
    return status == STATUS_OK ? file_job_mapping(cli, command, err) : status;
}

static Status dnc_import(Cli *cli, Error *err)
{
    const char *campaign = cli_option(cli, "campaign");
    AUTO_COMMAND command = {.topic = TOPIC_DNC_COMMANDS,
                            .type = "dnc.import",
                            .key = campaign != NULL ? campaign : cli->config.ns,
                            .data = json_object()};
    Status status = dnc_import_build(cli, &command, err);
    return file_job_order(cli, &command, status, err);
}

const Verb cli_dnc_verbs[] = {
    {"add", "PHONE...", 1, -1, "nobody may call these numbers", dnc_add_options,
     "dnc add \"+1 504 621 8927\" --source \"asked by phone\"\n"
     "dnc add 5046218927 8102929388 --campaign solar --expires 2027-01-31T00:00:00Z",
     dnc_change},
    {"rm", "PHONE...", 1, -1, "end their entries; the record of them stays", dnc_rm_options,
     "dnc rm \"+1 504 621 8927\"\n"
     "dnc rm 5046218927 --campaign solar --json",
     dnc_change},
    {"import", "FILE", 1, 1, "nobody may call the numbers of a CSV file (or - for standard input)",
     dnc_import_options,
     "dnc import national.csv --source \"national registry 2026-11\"\n"
     "dnc import asked.csv --campaign solar --map phone=Telephone --expires-at "
     "2031-11-30T00:00:00Z "
     "--wait --json",
     dnc_import},
    {0},
};
