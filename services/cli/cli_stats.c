/* leadspool stats: the counters of a list, as the record has them. */
#include <inttypes.h>

#include "base/clock.h"
#include "cli/args.h"
#include "cli/stats_why.h"
#include "cli/table.h"
#include "sql_queries.h"

static const CliOption stats_options[] = {
    {"list", "ID", "the list"},
    {"why", NULL, "how many of its leads are not called now, by the reason (see explain)"},
    ARGS_JSON,
    {0},
};

static const TableColumn stats_columns[] = {
    {"list_id", TABLE_TEXT},
    {"campaign_id", TABLE_TEXT},
    {"total", TABLE_NUMBER},
    {"dialable", TABLE_NUMBER},
    {"offered", TABLE_NUMBER},
    {"finished", TABLE_NUMBER},
    {"exhausted", TABLE_NUMBER},
    {"dnc", TABLE_NUMBER},
    {"invalid", TABLE_NUMBER},
    {"contacted", TABLE_NUMBER},
    {"attempted", TABLE_NUMBER},
    {"penetration", TABLE_NUMBER},
    {"coverage", TABLE_NUMBER},
    {"statuses", TABLE_JSON},
    {"epoch", TABLE_NUMBER},
    {"version", TABLE_NUMBER},
    {"life", TABLE_TEXT},
    {"source", TABLE_TEXT},
    {0},
};

static const TableColumn why_json_columns[] = {
    {"list_id", TABLE_TEXT}, {"at", TABLE_TEXT}, {"total", TABLE_NUMBER}, {"why", TABLE_JSON}, {0}};
static const TableColumn why_columns[] = {
    {"why", TABLE_TEXT}, {"leads", TABLE_NUMBER}, {"meaning", TABLE_TEXT}, {0}};

/* ---- why ---- */

static void stats_why_print_json(Cli *cli, const WhyCount *why)
{
    AUTO_STRBUF parts = STRBUF_INIT;
    AUTO_TABLE table;
    char at[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(why->at_us, at);
    for (Why each = 0; each < WHY_END; each++) {
        strbuf_addf(&parts, "%s\"%s\":%" PRId64, each > 0 ? "," : "{", why_name(each),
                    why->leads[each]);
    }
    strbuf_addc(&parts, '}');
    table_init(&table, why_json_columns);
    table_add(&table, cli_option(cli, "list"));
    table_add(&table, at);
    table_add_i64(&table, why->total);
    table_add(&table, parts.data);
    table_print_one(cli, &table);
}

static void stats_why_print(Cli *cli, const WhyCount *why)
{
    AUTO_TABLE table;
    table_init(&table, why_columns);
    for (Why each = 0; each < WHY_END; each++) {
        if (why->leads[each] > 0) {
            table_add(&table, why_name(each));
            table_add_i64(&table, why->leads[each]);
            table_add(&table, why_text(each));
        }
    }
    table_add(&table, "total");
    table_add_i64(&table, why->total);
    table_add(&table, "");
    table_print(cli, &table);
}

static Status stats_why(Cli *cli, Error *err)
{
    WhyCount why;
    Status status = stats_why_read(cli, cli_option(cli, "list"), &why, err);
    if (status == STATUS_OK) {
        (cli->json ? stats_why_print_json : stats_why_print)(cli, &why);
    }
    return status;
}

/* ---- counters ---- */

static Status stats_counters(Cli *cli, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, cli_option(cli, "list"));
    AUTO_RESULT *result = NULL;
    Status status = cli_query(cli, sql_cli_stats, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list \"%s\": `leadspool list ls` shows all",
                               cli_option(cli, "list"));
    }
    AUTO_TABLE table;
    table_init(&table, stats_columns);
    table_add_result(&table, result);
    table_print_one(cli, &table);
    return STATUS_OK;
}

static Status stats(Cli *cli, Error *err)
{
    Status status = cli_need(cli, "list", err);
    if (status != STATUS_OK) {
        return status;
    }
    return cli_flag(cli, "why") ? stats_why(cli, err) : stats_counters(cli, err);
}

const Verb cli_stats_verbs[] = {
    {"", "", 0, 0,
     "The counters of a list: leads per stage and status, penetration (contacted / total) and\n"
     "coverage (attempted / total).",
     stats_options,
     "stats --list spring\n"
     "stats --list spring --why\n"
     "stats --list spring --json",
     stats},
    {0},
};
