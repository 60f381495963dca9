#include "cli/rules_verb.h"

#include <string.h>

#include "base/mem.h"
#include "cli/span.h"
#include "cli/table.h"
#include "cli/window_arg.h"
#include "runtime/campaign_store.h"
#include "runtime/topics.h"

static const TableColumn rules_columns[] = {
    {"campaign_id", TABLE_TEXT},
    {"result", TABLE_TEXT},
    {"job_id", TABLE_TEXT},
    {"command_id", TABLE_TEXT},
    {0},
};

Status rules_send(Cli *cli, Command *command, const char *about, Error *err)
{
    const TableColumn columns[] = {rules_columns[0], {about, TABLE_TEXT}, rules_columns[1],
                                   rules_columns[2], rules_columns[3],    {0}};
    command->topic = TOPIC_RECYCLER_COMMANDS;
    Status status = send_one(cli, command, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, about != NULL ? columns : rules_columns);
    for (int i = 0; i < table.column_count - 1; i++) {
        table_add(&table, json_string_value(
                              json_object_get(command_result(command, 0), table.columns[i].name)));
    }
    table_add(&table, command->id);
    table_print_one(cli, &table);
    return STATUS_OK;
}

/* ---- what the record says ---- */

static Status rules_load(Db *db, const char *campaign_id, CampaignRules *ret, Error *err)
{
    int32_t campaign_no = 0;
    Status status = campaign_find(db, campaign_id, &campaign_no, err);
    if (status == STATUS_OK && campaign_no == 0) {
        return error_set_field(err, "campaign_id", "unknown_campaign",
                               "there is no campaign \"%s\": `leadspool campaign ls` shows all",
                               campaign_id);
    }
    return status == STATUS_OK ? campaign_rules_load(db, campaign_no, ret, err) : status;
}

Status rules_fetch(Cli *cli, CampaignRules *ret, Error *err)
{
    const char *campaign_id = cli_option(cli, "campaign");
    if (campaign_id == NULL) {
        campaign_rules_init(ret);
        return STATUS_OK;
    }
    Status status = calling_load(cli->config.law_packs, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TX Db *db = cli_db(cli);
    status = db_begin_unchecked(db, err);
    return status == STATUS_OK ? rules_load(db, campaign_id, ret, err) : status;
}

/* ---- options to fields ---- */

static Status rules_set_yes_no(const Cli *cli, Command *command, const RulesOption *row, Error *err)
{
    const char *text = cli_option(cli, row->option);
    if (text == NULL) {
        return STATUS_OK;
    }
    bool yes = strcmp(text, "yes") == 0;
    if (!yes && strcmp(text, "no") != 0) {
        return cli_usage(err, "--%s must be yes or no", row->option);
    }
    json_object_set_new(command->data, row->field, json_boolean(yes));
    return STATUS_OK;
}

static Status rules_set_number(const Cli *cli, Command *command, const RulesOption *row, Error *err)
{
    int64_t value = -1;
    Status status = row->type == RULES_SPAN
                        ? cli_option_span(cli, row->option, row->least, row->most, &value, err)
                        : cli_option_i64(cli, row->option, row->least, row->most, &value, err);
    if (status == STATUS_OK && value >= 0) {
        json_object_set_new(command->data, row->field, json_integer(value));
    }
    return status;
}

Status rules_set(const Cli *cli, Command *command, const RulesOption options[], Error *err)
{
    Status status = STATUS_OK;
    for (const RulesOption *row = options; status == STATUS_OK && row->option != NULL; row++) {
        if (row->type == RULES_TEXT) {
            status = command_set(command, row->field, cli_option(cli, row->option), err);
        } else if (row->type == RULES_YES_NO) {
            status = rules_set_yes_no(cli, command, row, err);
        } else {
            status = rules_set_number(cli, command, row, err);
        }
    }
    return status;
}

static void rules_add_parts(json_t *array, const char *text)
{
    for (const char *at = text;; at++) {
        size_t len = strcspn(at, ",");
        json_array_append_new(array, json_stringn(at, len));
        at += len;
        if (*at == '\0') {
            return;
        }
    }
}

Status
rules_set_array(const Cli *cli, Command *command, const char *option, const char *field, Error *err)
{
    int at = 0;
    const char *text = cli_option_next(cli, option, &at);
    if (text == NULL) {
        return STATUS_OK;
    }
    json_t *array = json_array();
    bool none = strcmp(text, "none") == 0;
    const char *next = cli_option_next(cli, option, &at);
    json_object_set_new(command->data, field, array);
    if (none) {
        return next == NULL
                   ? STATUS_OK
                   : cli_usage(err, "--%s none leaves no room for another --%s", option, option);
    }
    rules_add_parts(array, text);
    for (; next != NULL; next = cli_option_next(cli, option, &at)) {
        rules_add_parts(array, next);
    }
    return STATUS_OK;
}

Status rules_set_windows(const Cli *cli, Command *command, Error *err)
{
    json_t *windows = NULL;
    Status status = window_option(cli, &windows, err);
    if (status == STATUS_OK && windows != NULL) {
        json_object_set_new(command->data, "windows", windows);
    }
    return status;
}
