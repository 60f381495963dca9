#include "cli/lead_rm.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ids.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/bulk_verb.h"
#include "cli/lead_phone.h"
#include "runtime/topics.h"
#include "sql_queries.h"

const CliOption lead_rm_options[] = {
    {"list", "ID", "with --phone or --external-id: the list"},
    {"phone", "NUMBER", "with --list: the number, in place of LEAD_ID"},
    {"external-id", "ID", "with --list: the CRM's own id, in place of LEAD_ID"},
    {"country", "CC", "of a number without country code (default US)"},
    {"dry-run", NULL, "show the lead, and change nothing"},
    {"yes", NULL, "ask nothing"},
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};
const CliOption lead_erase_options[] = {
    {"lead", "LEAD_ID", "the person that this lead is, in place of PHONE"},
    {"country", "CC", "of a number without country code (default US)"},
    {"dry-run", NULL, "show what would go, and change nothing"},
    {"yes", NULL, "ask nothing"},
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};

static const TableColumn rm_look_columns[] = {{"leads", TABLE_NUMBER},
                                              {"lists", TABLE_NUMBER},
                                              {"calls", TABLE_NUMBER},
                                              {"open_offers", TABLE_NUMBER},
                                              {0}};
static const TableColumn rm_result_columns[] = {
    {"lead_id", TABLE_TEXT}, {"result", TABLE_TEXT}, {"command_id", TABLE_TEXT}, {0}};
static const TableColumn erase_result_columns[] = {
    {"result", TABLE_TEXT}, {"leads", TABLE_NUMBER}, {"command_id", TABLE_TEXT}, {0}};

/* What the command is about: as the user named it. */
typedef struct LeadRm {
    int64_t lead_id;
    uint64_t phone;
    const char *list;
    const char *external_id;
    char key[IDS_I64_SIZE + 2];
} LeadRm;

/* ---- counts and question ---- */

static Status rm_look(Cli *cli, const LeadRm *rm, bool everywhere, Table *table, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, rm->lead_id);
    db_param_text(&params, rm->list);
    db_param_i64(&params, (int64_t)rm->phone);
    db_param_text(&params, rm->external_id);
    db_param_bool(&params, everywhere);
    AUTO_RESULT *result = NULL;
    Status status = cli_query(cli, sql_cli_lead_rm, &params, &result, err);
    if (status == STATUS_OK) {
        table_add_result(table, result);
    }
    return status;
}

/* *ret_go: the user wants it. */
static Status
rm_ask(Cli *cli, const LeadRm *rm, bool everywhere, const char *question, bool *ret_go, Error *err)
{
    AUTO_TABLE table;
    table_init(&table, rm_look_columns);
    Status status = rm_look(cli, rm, everywhere, &table, err);
    return status == STATUS_OK ? bulk_confirm(cli, &table, question, ret_go, err) : status;
}

/* ---- the command ---- */

static Status set_id(Command *command, LeadRm *rm, Error *err)
{
    ids_format_i64(rm->lead_id, rm->key);
    command->key = rm->key;
    return command_set(command, "lead_id", rm->key, err);
}

static Status set_phone(const Cli *cli, Command *command, LeadRm *rm, const char *text, Error *err)
{
    Status status = lead_phone_parse(text, cli_option(cli, "country"), &rm->phone, err);
    if (status == STATUS_OK) {
        snprintf(rm->key, sizeof rm->key, "+%" PRIu64, rm->phone);
        status = command_set(command, "phone", rm->key, err);
    }
    return status;
}

static Status rm_read(const Cli *cli, Command *command, LeadRm *rm, Error *err)
{
    const char *phone = cli_option(cli, "phone");
    rm->list = cli_option(cli, "list");
    rm->external_id = cli_option(cli, "external-id");
    bool by_id = cli->word_count == 1;
    bool by_list = rm->list != NULL && (phone != NULL) != (rm->external_id != NULL);
    bool any = rm->list != NULL || phone != NULL || rm->external_id != NULL;
    if (by_id == by_list || (by_id && any)) {
        return cli_usage(err, "give LEAD_ID, or --list with --phone or --external-id");
    }
    if (by_id && ids_parse_i64(cli->words[0], &rm->lead_id, err) != STATUS_OK) {
        return cli_usage(err, "\"%s\" is not the number of a lead", cli->words[0]);
    }
    if (by_id) {
        return set_id(command, rm, err);
    }
    command->key = rm->list;
    Status status = command_set(command, "list_id", rm->list, err);
    if (status == STATUS_OK) {
        status = command_set(command, "external_id", rm->external_id, err);
    }
    return status == STATUS_OK && phone != NULL ? set_phone(cli, command, rm, phone, err) : status;
}

static Status rm_send(Cli *cli, Command *command, const TableColumn columns[], Error *err)
{
    Status status = send_one(cli, command, err);
    if (status != STATUS_OK) {
        return status;
    }
    const json_t *result = command_result(command, 0);
    AUTO_TABLE table;
    table_init(&table, columns);
    for (const TableColumn *column = columns; column->name != NULL; column++) {
        const json_t *value = json_object_get(result, column->name);
        if (strcmp(column->name, "command_id") == 0) {
            table_add(&table, command->id);
        } else if (json_is_integer(value)) {
            table_add_i64(&table, json_integer_value(value));
        } else {
            table_add(&table, json_string_value(value));
        }
    }
    table_print_one(cli, &table);
    return STATUS_OK;
}

Status lead_rm(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {.topic = TOPIC_IMPORTER_COMMANDS, .type = "lead.delete"};
    LeadRm rm = {0};
    bool go = false;
    Status status = rm_read(cli, &command, &rm, err);
    if (status == STATUS_OK) {
        status = rm_ask(cli, &rm, false, "Delete this lead for good?", &go, err);
    }
    return status == STATUS_OK && go ? rm_send(cli, &command, rm_result_columns, err) : status;
}

/* Ten digits may be a number or a lead: it has to be said which. */
static Status erase_read(const Cli *cli, Command *command, LeadRm *rm, Error *err)
{
    const char *lead = cli_option(cli, "lead");
    if ((lead != NULL) == (cli->word_count == 1)) {
        return cli_usage(err, "give PHONE or --lead");
    }
    if (lead != NULL && ids_parse_i64(lead, &rm->lead_id, err) != STATUS_OK) {
        return cli_usage(err, "\"%s\" is not the number of a lead", lead);
    }
    if (lead != NULL) {
        return set_id(command, rm, err);
    }
    command->key = rm->key;
    return set_phone(cli, command, rm, cli->words[0], err);
}

Status lead_erase(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {.topic = TOPIC_IMPORTER_COMMANDS, .type = "lead.erase"};
    LeadRm rm = {0};
    bool go = false;
    Status status = erase_read(cli, &command, &rm, err);
    if (status == STATUS_OK) {
        status =
            rm_ask(cli, &rm, true,
                   "Erase this person from every list, and never call the number again?", &go, err);
    }
    return status == STATUS_OK && go ? rm_send(cli, &command, erase_result_columns, err) : status;
}
