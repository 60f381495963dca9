/* leadspool offer: what is with the dialers. */
#include "base/clock.h"
#include "base/ids.h"
#include "cli/args.h"
#include "cli/table.h"
#include "sql_queries.h"

enum { OFFER_LS_MOST = 100, OFFER_LS_LIMIT = 1000000 };

static const CliOption offer_ls_options[] = {
    {"campaign", "ID", "of this campaign only"},
    {"list", "ID", "of this list only"},
    {"lead", "LEAD_ID", "of this lead only"},
    {"all", NULL, "also those that have ended"},
    {"limit", "N", "the latest so many (default 100)"},
    ARGS_JSON,
    {0},
};

static const TableColumn offer_columns[] = {
    {"offer_id", TABLE_TEXT},   {"lead_id", TABLE_TEXT},
    {"list_id", TABLE_TEXT},    {"campaign_id", TABLE_TEXT},
    {"state", TABLE_TEXT},      {"why", TABLE_TEXT},
    {"phone", TABLE_TEXT},      {"made_at", TABLE_TEXT},
    {"not_after", TABLE_TEXT},  {"held_until", TABLE_TEXT},
    {"started_at", TABLE_TEXT}, {"ended_at", TABLE_TEXT},
    {"ended_by", TABLE_TEXT},   {0},
};

static Status offer_ls(Cli *cli, Error *err)
{
    DbParams params = {0};
    int64_t lead_id = 0;
    int64_t limit = OFFER_LS_MOST;
    AUTO_RESULT *result = NULL;
    const char *lead = cli_option(cli, "lead");
    if (lead != NULL && ids_parse_i64(lead, &lead_id, err) != STATUS_OK) {
        return cli_usage(err, "\"%s\" is not the number of a lead", lead);
    }
    Status status = cli_option_i64(cli, "limit", 1, OFFER_LS_LIMIT, &limit, err);
    db_param_text(&params, cli_option(cli, "campaign"));
    db_param_text(&params, cli_option(cli, "list"));
    db_param_i64(&params, lead_id);
    db_param_time(&params, clock_now_us());
    db_param_bool(&params, cli_flag(cli, "all"));
    db_param_i64(&params, limit);
    if (status == STATUS_OK) {
        status = cli_query(cli, sql_cli_offer_ls, &params, &result, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TABLE table;
    table_init(&table, offer_columns);
    table_add_result(&table, result);
    table_print(cli, &table);
    return STATUS_OK;
}

const Verb cli_offer_verbs[] = {
    {"ls", "", 0, 0, "offers that are live, reserved, started or revoked", offer_ls_options,
     "offer ls --campaign solar\n"
     "offer ls --lead 4294967297 --all --json",
     offer_ls},
    {0},
};
