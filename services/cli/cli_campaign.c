/* leadspool campaign: settings of campaigns are changed by commands, and shown from the record. */
#include <string.h>

#include "base/mem.h"
#include "cli/args.h"
#include "cli/rules_verb.h"
#include "cli/table.h"
#include "cli/window_arg.h"
#include "sql_queries.h"

static const CliOption campaign_put_options[] = {
    {"name", "NAME", "what people call it (new: the id)"},
    {"active", NULL, "offer the leads of its lists"},
    {"inactive", NULL, "stop offering them (new: so it is)"},
    {"order", "ORDER", "fresh_first, due, newest, or random (any of those that come next)"},
    {"country", "CC", "of numbers without country code (new: US)"},
    {"assume-zone", "ZONE", "of leads without one: Europe/Berlin; repeated; or none"},
    WINDOW_OPTION,
    {"law-pack", "NAME", "law that holds besides (new: us); or none"},
    {"hopper-target", "N", "offers to keep live: 1 to 10000 (new: 100)"},
    {"offer-lifetime", "TIME", "until a call must have begun: 10s to 1h (new: 5m)"},
    {"reserve", "TIME", "for which it holds its lead after that: 1m to 4h (new: 1h)"},
    {"max-attempts", "N", "calls of a lead in all: 1 to 100 (new: 10)"},
    {"cap-calls", "N", "calls of a number in --cap-window, 0 for no cap (new: 3)"},
    {"cap-window", "TIME", "1m to 31d (new: 1d)"},
    {"cap-gap", "TIME", "between two calls of a number: 0 to 7d (new: 15m)"},
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};
static const CliOption campaign_json_options[] = {ARGS_JSON, {0}};

static const RulesOption campaign_fields[] = {
    {"name", "name", RULES_TEXT},
    {"order", "order", RULES_TEXT},
    {"country", "default_country", RULES_TEXT},
    {"hopper-target", "hopper_target", RULES_NUMBER, 1, 10000},
    {"offer-lifetime", "offer_lifetime_s", RULES_SPAN, 10, 3600},
    {"reserve", "reserve_s", RULES_SPAN, 60, 14400},
    {"max-attempts", "max_attempts", RULES_NUMBER, 1, 100},
    {"cap-calls", "cap_calls", RULES_NUMBER, 0, 100},
    {"cap-window", "cap_window_s", RULES_SPAN, 60, 2678400},
    {"cap-gap", "cap_gap_s", RULES_SPAN, 0, 604800},
    {0},
};

static const TableColumn campaign_columns[] = {
    {"campaign_id", TABLE_TEXT},
    {"name", TABLE_TEXT},
    {"active", TABLE_BOOL},
    {"order", TABLE_TEXT},
    {"law_pack", TABLE_TEXT},
    {"hopper_target", TABLE_NUMBER},
    {"max_attempts", TABLE_NUMBER},
    {"lists", TABLE_NUMBER},
    {"total", TABLE_NUMBER},
    {"dialable", TABLE_NUMBER},
    {0},
};
static const TableColumn campaign_detail_columns[] = {
    {"campaign_id", TABLE_TEXT},
    {"name", TABLE_TEXT},
    {"active", TABLE_BOOL},
    {"held", TABLE_TEXT}, /* why it is not topped up */
    {"order", TABLE_TEXT},
    {"default_country", TABLE_TEXT},
    {"assume_zones", TABLE_JSON},
    {"windows", TABLE_JSON},
    {"law_pack", TABLE_TEXT},
    {"hopper_target", TABLE_NUMBER},
    {"offer_lifetime_s", TABLE_NUMBER},
    {"reserve_s", TABLE_NUMBER},
    {"max_attempts", TABLE_NUMBER},
    {"cap_calls", TABLE_NUMBER},
    {"cap_window_s", TABLE_NUMBER},
    {"cap_gap_s", TABLE_NUMBER},
    {"rules_version", TABLE_NUMBER},
    {"lists", TABLE_NUMBER},
    {"total", TABLE_NUMBER},
    {"dialable", TABLE_NUMBER},
    {"created_at", TABLE_TEXT},
    {0},
};
enum { CAMPAIGN_ZONES = 6, CAMPAIGN_WINDOWS = 7 };

/* ---- put ---- */

static Status campaign_set_active(const Cli *cli, Command *command, Error *err)
{
    bool active = cli_flag(cli, "active");
    bool inactive = cli_flag(cli, "inactive");
    if (active && inactive) {
        return cli_usage(err, "--active and --inactive exclude each other");
    }
    if (active || inactive) {
        json_object_set_new(command->data, "active", json_boolean(active));
    }
    return STATUS_OK;
}

static Status campaign_set_law(const Cli *cli, Command *command, Error *err)
{
    const char *name = cli_option(cli, "law-pack");
    bool none = name != NULL && strcmp(name, "none") == 0;
    return command_set(command, "law_pack", none ? "" : name, err);
}

static Status campaign_put(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {.type = "campaign.put", .key = cli->words[0]};
    Status status = command_set(&command, "campaign_id", command.key, err);
    if (status == STATUS_OK) {
        status = rules_set(cli, &command, campaign_fields, err);
    }
    if (status == STATUS_OK) {
        status = campaign_set_active(cli, &command, err);
    }
    if (status == STATUS_OK) {
        status = campaign_set_law(cli, &command, err);
    }
    if (status == STATUS_OK) {
        status = rules_set_array(cli, &command, "assume-zone", "assume_zones", err);
    }
    if (status == STATUS_OK) {
        status = rules_set_windows(cli, &command, err);
    }
    return status == STATUS_OK ? rules_send(cli, &command, NULL, err) : status;
}

/* ---- ls, show ---- */

static Status campaign_ls(Cli *cli, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status = cli_query(cli, sql_cli_campaign_ls, NULL, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, campaign_columns);
    table_add_result(&table, result);
    table_print(cli, &table);
    return STATUS_OK;
}

/* For --json as in commands, else as in options. */
static void campaign_add_zones(const Cli *cli, Table *table, const char *zones)
{
    AUTO_STRBUF text = STRBUF_INIT;
    strbuf_addc(&text, '[');
    for (const char *at = zones; *at != '\0';) {
        size_t len = strcspn(at, ",");
        strbuf_adds(&text, at != zones ? "," : "");
        strbuf_add_json(&text, at, len);
        at += len + (at[len] == ',');
    }
    strbuf_addc(&text, ']');
    table_add(table, cli->json ? text.data : zones);
}

static void campaign_add_windows(const Cli *cli, Table *table, const char *json)
{
    AUTO_STRBUF text = STRBUF_INIT;
    json_t *windows = json_loads(json, 0, NULL);
    window_text(windows, &text);
    json_decref(windows);
    table_add(table, cli->json ? json : text.data);
}

static Status campaign_show(Cli *cli, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, cli->words[0]);
    AUTO_RESULT *result = NULL;
    Status status = cli_query(cli, sql_cli_campaign_show, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0) {
        return error_set_field(err, "campaign_id", "unknown_campaign",
                               "there is no campaign \"%s\": `leadspool campaign ls` shows all",
                               cli->words[0]);
    }
    AUTO_TABLE table;
    table_init(&table, campaign_detail_columns);
    for (int i = 0; i < table.column_count; i++) {
        if (i == CAMPAIGN_ZONES) {
            campaign_add_zones(cli, &table, db_text(result, 0, i));
        } else if (i == CAMPAIGN_WINDOWS) {
            campaign_add_windows(cli, &table, db_text(result, 0, i));
        } else {
            table_add(&table, db_text(result, 0, i));
        }
    }
    table_print_one(cli, &table);
    return STATUS_OK;
}

const Verb cli_campaign_verbs[] = {
    {"put", "ID", 1, 1, "make a campaign or change its settings", campaign_put_options,
     "campaign put solar --active --window mon-fri=09:00-20:00 --window sat=10:00-16:00\n"
     "campaign put solar --max-attempts 8 --cap-calls 3 --cap-window 1d --cap-gap 2h\n"
     "campaign put solar --inactive",
     campaign_put},
    {"ls", "", 0, 0, "all campaigns", campaign_json_options, "campaign ls", campaign_ls},
    {"show", "ID", 1, 1, "one campaign", campaign_json_options, "campaign show solar --json",
     campaign_show},
    {0},
};
