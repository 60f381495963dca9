/* leadspool stats: the counters of a list or a campaign, as Redis shows them, or the record. */
#include "cli/args.h"
#include "cli/live_campaigns.h"
#include "cli/stats_counters.h"
#include "cli/stats_job.h"
#include "cli/stats_why.h"

static const CliOption stats_options[] = {
    {"list", "ID", "the list"},
    {"campaign", "ID", "all lists of the campaign, and what is with its dialers"},
    {"watch", NULL, "go on, and print it again whenever it changed"},
    {"record", NULL, "ask PostgreSQL, also where Redis has it"},
    {"why", NULL, "how many of its leads are not called now, by the reason (see explain)"},
    ARGS_JSON,
    {0},
};

static const TableColumn campaigns_columns[] = {LIVE_CAMPAIGN_COLUMNS, {"source", TABLE_TEXT}, {0}};

static bool campaigns_redis(LiveRead *live, const LiveCampaigns *which, Table *table)
{
    AUTO_LIVE_ROWS campaigns = {0};
    Error err;
    bool known = live != NULL && live_read_check(live, &err) == STATUS_OK &&
                 live_campaigns_read(live, which, &campaigns, &err) == STATUS_OK;
    if (known) {
        live_campaigns_add(&campaigns, table);
    }
    return known;
}

/* A line for each campaign that has lists. */
static Status stats_campaigns(Cli *cli, LiveRead *live, Error *err)
{
    const LiveCampaigns all = {.inactive = true};
    AUTO_TABLE table;
    table_init(&table, campaigns_columns);
    Status status = campaigns_redis(live, &all, &table)
                        ? STATUS_OK
                        : live_campaigns_record(cli, &all, &table, err);
    if (status == STATUS_OK) {
        table_print(cli, &table);
    }
    return status;
}

static Status stats_check(const Cli *cli, Error *err)
{
    bool list = cli_option(cli, "list") != NULL;
    bool campaign = cli_option(cli, "campaign") != NULL;
    if (list && campaign) {
        return cli_usage(err, "name a list (--list) or a campaign (--campaign), not both");
    }
    if (cli_flag(cli, "why") && (!list || cli_flag(cli, "watch"))) {
        return cli_usage(err, "--why is about a list (--list), and looks once");
    }
    if (cli_flag(cli, "watch") && !list && !campaign) {
        return cli_usage(err, "--watch is about a list (--list) or a campaign (--campaign): "
                              "`leadspool top` shows all of them live");
    }
    return STATUS_OK;
}

static Status stats(Cli *cli, Error *err)
{
    Status status = stats_check(cli, err);
    if (status != STATUS_OK) {
        return status;
    }
    LiveRead *live = cli_flag(cli, "record") ? NULL : live_read_new(cli);
    bool one = cli_option(cli, "list") != NULL || cli_option(cli, "campaign") != NULL;
    status = (cli_flag(cli, "why")     ? stats_why
              : cli_flag(cli, "watch") ? stats_counters_watch
              : one                    ? stats_counters
                                       : stats_campaigns)(cli, live, err);
    live_read_close(live);
    return status;
}

const Verb cli_stats_verbs[] = {
    {"", "", 0, 0,
     "The counters of a list or campaign: leads per stage and status, penetration (contacted /\n"
     "total) and coverage (attempted / total). Source says whether Redis had them, or PostgreSQL.\n"
     "Without either, a line for each campaign that has lists, the busiest first (see top).",
     stats_options,
     "stats\n"
     "stats --list spring\n"
     "stats --list spring --watch\n"
     "stats --list spring --why\n"
     "stats --campaign c --json",
     stats},
    {"rebuild", "", 0, 0, "write all lists, or one, into Redis again", stats_rebuild_options,
     "stats rebuild\n"
     "stats rebuild --list spring",
     stats_rebuild},
    {"reconcile", "", 0, 0,
     "recount the leads of all lists, or of one, and compare with counters and Redis",
     stats_reconcile_options,
     "stats reconcile\n"
     "stats reconcile --list spring --repair --json",
     stats_reconcile},
    {0},
};
