/* leadspool rules: when leads are called again, by the disposition of their last call. */
#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "cli/args.h"
#include "cli/rules_try.h"
#include "cli/rules_verb.h"
#include "cli/span.h"
#include "cli/table.h"
#include "cli/window_arg.h"

static const CliOption rules_ls_options[] = {
    {"campaign", "ID", "those of this campaign (default: those that each comes with)"},
    ARGS_JSON,
    {0},
};
static const CliOption rules_set_options[] = {
    {"campaign", "ID", "the campaign"},
    {"max-attempts", "N", "calls that end so, the first included: 1 to 100"},
    {"interval", "TIME", "to the next call: 30m,2h; repeated; the last one repeats itself"},
    WINDOW_OPTION,
    {"min-distance", "TIME", "from the clock time of earlier calls: 0 to 12h (default 0)"},
    SEND_OPTIONS,
    ARGS_JSON,
    {0},
};
static const CliOption rules_rm_options[] = {
    {"campaign", "ID", "the campaign"}, SEND_OPTIONS, ARGS_JSON, {0}};

static const RulesOption rules_fields[] = {
    {"campaign", "campaign_id", RULES_TEXT},
    {"max-attempts", "max_attempts", RULES_NUMBER, 1, RECYCLE_ATTEMPTS_MAX},
    {"min-distance", "min_distance_s", RULES_SPAN, 0, RECYCLE_DISTANCE_S_MAX},
    {0},
};

static const TableColumn rules_columns[] = {
    {"disposition", TABLE_TEXT}, {"max_attempts", TABLE_NUMBER}, {"intervals", TABLE_TEXT},
    {"windows", TABLE_TEXT},     {"min_distance", TABLE_TEXT},   {0},
};
static const TableColumn rules_json_columns[] = {
    {"disposition", TABLE_TEXT}, {"max_attempts", TABLE_NUMBER},   {"intervals_s", TABLE_JSON},
    {"windows", TABLE_JSON},     {"min_distance_s", TABLE_NUMBER}, {0},
};

/* ---- set, rm ---- */

static Status rules_set_intervals(const Cli *cli, Command *command, Error *err)
{
    Status status = rules_set_array(cli, command, "interval", "intervals_s", err);
    json_t *intervals = json_object_get(command->data, "intervals_s");
    size_t index;
    json_t *text;
    json_array_foreach(intervals, index, text)
    {
        int64_t seconds = 0;
        if (status == STATUS_OK && !span_read(json_string_value(text), &seconds)) {
            status = cli_usage(err, "--interval: \"%s\" is no length of time: 90s, 30m, 2h, 1d",
                               json_string_value(text));
        }
        json_array_set_new(intervals, index, json_integer(seconds));
    }
    return status;
}

static Status rules_begin(const Cli *cli, Command *command, Error *err)
{
    Status status = cli_need(cli, "campaign", err);
    command->key = cli_option(cli, "campaign");
    if (status == STATUS_OK) {
        status = command_set(command, "campaign_id", command->key, err);
    }
    return status == STATUS_OK ? command_set(command, "disposition", cli->words[0], err) : status;
}

static Status rules_put(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {.type = "recycle_rule.put"};
    Status status = rules_begin(cli, &command, err);
    if (status == STATUS_OK) {
        status = cli_need(cli, "max-attempts", err);
    }
    if (status == STATUS_OK) {
        status = cli_need(cli, "interval", err);
    }
    if (status == STATUS_OK) {
        status = rules_set(cli, &command, rules_fields, err);
    }
    if (status == STATUS_OK) {
        status = rules_set_intervals(cli, &command, err);
    }
    if (status == STATUS_OK) {
        status = rules_set_windows(cli, &command, err);
    }
    return status == STATUS_OK ? rules_send(cli, &command, "disposition", err) : status;
}

static Status rules_rm(Cli *cli, Error *err)
{
    AUTO_COMMAND command = {.type = "recycle_rule.delete"};
    Status status = rules_begin(cli, &command, err);
    return status == STATUS_OK ? rules_send(cli, &command, "disposition", err) : status;
}

/* ---- ls ---- */

static void rules_add_intervals(const Cli *cli, Table *table, const RecycleRule *rule)
{
    AUTO_STRBUF text = STRBUF_INIT;
    strbuf_adds(&text, cli->json ? "[" : "");
    for (int i = 0; i < rule->interval_count; i++) {
        strbuf_adds(&text, i > 0 ? "," : "");
        if (cli->json) {
            strbuf_addf(&text, "%d", rule->intervals_s[i]);
        } else {
            span_write(&text, rule->intervals_s[i]);
        }
    }
    strbuf_adds(&text, cli->json ? "]" : "");
    table_add(table, text.data);
}

static void rules_add_windows(const Cli *cli, Table *table, const Hours *hours)
{
    AUTO_STRBUF json = STRBUF_INIT;
    AUTO_STRBUF text = STRBUF_INIT;
    hours_write(hours, &json);
    json_t *windows = json_loads(json.data, 0, NULL);
    window_text(windows, &text);
    json_decref(windows);
    table_add(table, cli->json ? json.data : text.data);
}

static void rules_add_row(const Cli *cli, Table *table, const RecycleRule *rule)
{
    AUTO_STRBUF distance = STRBUF_INIT;
    table_add(table, rule->disposition);
    table_add_i64(table, rule->max_attempts);
    rules_add_intervals(cli, table, rule);
    rules_add_windows(cli, table, &rule->hours);
    if (cli->json) {
        table_add_i64(table, rule->min_distance_s);
    } else {
        span_write(&distance, rule->min_distance_s);
        table_add(table, distance.data);
    }
}

static Status rules_ls(Cli *cli, Error *err)
{
    CampaignRules rules;
    Status status = rules_fetch(cli, &rules, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, cli->json ? rules_json_columns : rules_columns);
    for (int i = 0; i < rules.rule_count; i++) {
        rules_add_row(cli, &table, &rules.rules[i]);
    }
    table_print(cli, &table);
    campaign_rules_done(&rules);
    return STATUS_OK;
}

const Verb cli_rules_verbs[] = {
    {"ls", "", 0, 0, "all rules", rules_ls_options,
     "rules ls\n"
     "rules ls --campaign solar --json",
     rules_ls},
    {"set", "DISPOSITION", 1, 1, "when leads with this disposition are called again",
     rules_set_options,
     "rules set NA --campaign solar --max-attempts 3 --interval 30m,2h\n"
     "rules set A --campaign solar --max-attempts 4 --interval 1d --window mon-fri=17:00-20:00 "
     "--min-distance 2h",
     rules_put},
    {"rm", "DISPOSITION", 1, 1, "leads with this disposition are not called again",
     rules_rm_options, "rules rm B --campaign solar", rules_rm},
    {"try", "", 0, 0,
     "when a lead would be called again, were its last call the only one to its number; the reason "
     "is\n"
     "interval, callback, number_cap, number_gap (a call to the number was just then), never_open\n"
     "(no open time is known), or of none: no_rule, max_tries, max_attempts, dnc, invalid, "
     "finished",
     rules_try_options,
     "rules try --campaign solar --disposition NA --attempts 2 --phone 504-621-8927\n"
     "rules try --campaign solar --disposition NA --phone 504-621-8927 --state LA "
     "--at 2026-11-28T19:45:00-06:00 --json",
     rules_try},
    {0},
};
