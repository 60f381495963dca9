/* leadspool lead: one lead shown; leads created or changed as a CRM would. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/lead_phone.h"
#include "cli/lead_rm.h"
#include "cli/lead_upsert.h"
#include "cli/send.h"
#include "cli/table.h"
#include "sql_queries.h"

enum { LEAD_PRIORITY_MOST = 99 };

static const CliOption lead_show_options[] = {
    {"list", "ID", "with --phone: the list"},
    {"phone", "NUMBER", "with --list: the number, in place of LEAD_ID"},
    {"country", "CC", "of a number without country code (default US)"},
    ARGS_JSON,
    {0},
};
static const CliOption lead_upsert_options[] = {
    {"list", "ID", "the list"},
    {"file", "FILE", "many leads: a JSON array, or an object a line; - for standard input"},
    {"phone", "NUMBER", "phone; needed for a new lead"},
    {"external-id", "ID", "the CRM's own id of the lead"},
    {"extension", "TEXT", "digits behind the number"},
    {"first-name", "TEXT", "of the person"},
    {"last-name", "TEXT", "of the person"},
    {"email", "TEXT", "of the person"},
    {"address", "TEXT", "street and house"},
    {"city", "TEXT", "of the address"},
    {"state", "TEXT", "of the address, as its code or its name"},
    {"zip", "TEXT", "of the address"},
    {"country", "CC", "of the address, two letters"},
    {"time-zone", "ZONE", "such as America/Chicago"},
    {"priority", "0..99", "within its list"},
    {"revision", "N", "an older one than stored changes nothing"},
    {"field", "NAME=VALUE", "a custom field; may be repeated"},
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};

static const TableColumn lead_columns[] = {
    {"lead_id", TABLE_TEXT},
    {"list_id", TABLE_TEXT},
    {"phone", TABLE_TEXT},
    {"extension", TABLE_TEXT},
    {"external_id", TABLE_TEXT},
    {"stage", TABLE_TEXT},
    {"status", TABLE_TEXT},
    {"priority", TABLE_NUMBER},
    {"attempts", TABLE_NUMBER},
    {"contacted", TABLE_BOOL},
    {"dnc", TABLE_BOOL},
    {"verified", TABLE_BOOL},
    {"first_name", TABLE_TEXT},
    {"last_name", TABLE_TEXT},
    {"email", TABLE_TEXT},
    {"address", TABLE_TEXT},
    {"city", TABLE_TEXT},
    {"state", TABLE_TEXT},
    {"zip", TABLE_TEXT},
    {"country", TABLE_TEXT},
    {"time_zone", TABLE_TEXT},
    {"custom", TABLE_JSON},
    {"revision", TABLE_NUMBER},
    {"lead_version", TABLE_NUMBER},
    {0},
};

/* Options that are fields of the same name, with - for _. */
static const char *const lead_texts[] = {
    "phone",   "external-id", "extension", "first-name", "last-name", "email",
    "address", "city",        "state",     "zip",        "country",   "time-zone",
};

/* ---- show ---- */

static Status lead_show_params(Cli *cli, DbParams *params, Error *err)
{
    int64_t lead_id = 0;
    uint64_t phone = 0;
    const char *list = cli_option(cli, "list");
    const char *number = cli_option(cli, "phone");
    bool by_id = cli->word_count == 1;
    if (by_id == (list != NULL && number != NULL)) {
        return cli_usage(err, "give LEAD_ID, or --list and --phone");
    }
    if (by_id && ids_parse_i64(cli->words[0], &lead_id, err) != STATUS_OK) {
        return cli_usage(err, "\"%s\" is not the number of a lead", cli->words[0]);
    }
    if (!by_id) {
        Status status = lead_phone_parse(number, cli_option(cli, "country"), &phone, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    db_param_i64(params, lead_id);
    db_param_text(params, by_id ? NULL : list);
    db_param_i64(params, (int64_t)phone);
    return STATUS_OK;
}

static Status lead_show(Cli *cli, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *result = NULL;
    Status status = lead_show_params(cli, &params, err);
    if (status == STATUS_OK) {
        status = cli_query(cli, sql_cli_lead_show, &params, &result, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0) {
        return error_set(err, STATUS_BAD_INPUT, "unknown_lead", "there is no such lead");
    }
    AUTO_TABLE table;
    table_init(&table, lead_columns);
    table_add_result(&table, result);
    table_print_one(cli, &table);
    return STATUS_OK;
}

/* ---- upsert ---- */

static char *lead_field_name(const char *option)
{
    char *name = mem_strdup(option);
    for (char *c = name; *c != '\0'; c++) {
        *c = *c == '-' ? '_' : *c;
    }
    return name;
}

static Status
lead_set_number(const Cli *cli, json_t *lead, const char *option, int64_t most, Error *err)
{
    int64_t value = -1;
    Status status = cli_option_i64(cli, option, 0, most, &value, err);
    if (status == STATUS_OK && value >= 0) {
        json_object_set_new(lead, option, json_integer(value));
    }
    return status;
}

static Status lead_set_custom(const Cli *cli, json_t *lead, Error *err)
{
    int at = 0;
    for (const char *field; (field = cli_option_next(cli, "field", &at)) != NULL;) {
        const char *equals = strchr(field, '=');
        if (equals == NULL || equals == field) {
            return cli_usage(err, "--field must be NAME=VALUE; an empty value erases it");
        }
        json_t *custom = json_object_get(lead, "custom");
        if (custom == NULL) {
            custom = json_object();
            json_object_set_new(lead, "custom", custom);
        }
        AUTO_FREE char *name = mem_strndup(field, (size_t)(equals - field));
        json_t *value = equals[1] != '\0' ? json_string(equals + 1) : json_null();
        if (value == NULL || json_object_set_new(custom, name, value) != 0) {
            return cli_usage(err, "--field is not valid UTF-8");
        }
    }
    return STATUS_OK;
}

/* An empty text is sent as it is: it erases. */
static Status lead_build(const Cli *cli, json_t *lead, Error *err)
{
    for (size_t i = 0; i < sizeof lead_texts / sizeof lead_texts[0]; i++) {
        const char *value = cli_option(cli, lead_texts[i]);
        AUTO_FREE char *name = lead_field_name(lead_texts[i]);
        if (value != NULL && json_object_set_new(lead, name, json_string(value)) != 0) {
            return cli_usage(err, "--%s is not valid UTF-8", lead_texts[i]);
        }
    }
    Status status = lead_set_number(cli, lead, "priority", LEAD_PRIORITY_MOST, err);
    if (status == STATUS_OK) {
        status = lead_set_number(cli, lead, "revision", INT64_MAX, err);
    }
    if (status == STATUS_OK) {
        status = lead_set_custom(cli, lead, err);
    }
    if (status == STATUS_OK && json_object_get(lead, "phone") == NULL &&
        json_object_get(lead, "external_id") == NULL) {
        status = cli_usage(err, "--phone or --external-id is missing");
    }
    return status;
}

static Status lead_upsert_single(Cli *cli, Error *err)
{
    AUTO_JSON json_t *lead = json_object();
    Status status = lead_build(cli, lead, err);
    return status == STATUS_OK ? lead_upsert_one(cli, lead, err) : status;
}

static Status lead_upsert_path(Cli *cli, const char *path, Error *err)
{
    if (cli_flag(cli, "phone") || cli_flag(cli, "external-id")) {
        return cli_usage(err, "--file and the fields of one lead exclude each other");
    }
    bool in = strcmp(path, "-") == 0;
    FILE *file = in ? stdin : fopen(path, "re");
    if (file == NULL) {
        return error_set_field(err, "file", "file_unreadable", "%s: %s", path, strerror(errno));
    }
    Status status = lead_upsert_file(cli, file, err);
    if (!in) {
        fclose(file);
    }
    return status;
}

static Status lead_upsert(Cli *cli, Error *err)
{
    const char *path = cli_option(cli, "file");
    Status status = cli_need(cli, "list", err);
    if (status != STATUS_OK) {
        return status;
    }
    return path != NULL ? lead_upsert_path(cli, path, err) : lead_upsert_single(cli, err);
}

const Verb cli_lead_verbs[] = {
    {"show", "[LEAD_ID]", 0, 1, "one lead with all its fields", lead_show_options,
     "lead show 4294967297\n"
     "lead show --list spring --phone \"+1 504 621 8927\" --json",
     lead_show},
    {"upsert", "", 0, 0, "create or change leads", lead_upsert_options,
     "lead upsert --list spring --phone \"+1 504 621 8927\" --first-name James --field plan=gold\n"
     "lead upsert --list spring --file leads.json\n"
     "crm-export | leadspool lead upsert --list spring --file - --json",
     lead_upsert},
    {"rm", "[LEAD_ID]", 0, 1, "delete one lead of one list; its calls stay", lead_rm_options,
     "lead rm 4294967297 --yes\n"
     "lead rm --list spring --phone \"+1 504 621 8927\" --dry-run\n"
     "lead rm --list spring --external-id A-17 --yes",
     lead_rm},
    {"erase", "[PHONE]", 0, 1,
     "erase a person from every list; a digest of the number stays, and it is not called again",
     lead_erase_options,
     "lead erase \"+1 504 621 8927\" --dry-run\n"
     "lead erase --lead 4294967297 --yes --json",
     lead_erase},
    {0},
};
