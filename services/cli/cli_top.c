/* leadspool top and runway: campaigns and lists as they are now, by Redis. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/args.h"
#include "cli/interrupt.h"
#include "cli/live_campaigns.h"
#include "cli/screen.h"
#include "cli/span.h"
#include "sql_queries.h"

enum { TOP_NAP_MS = 1000 };

static const CliOption top_options[] = {
    {"campaign", "ID", "this campaign and its lists only"},
    {"all", NULL, "those that are not active, too"},
    {"once", NULL, "one look (off a terminal, and with --json, always)"},
    ARGS_JSON,
    {0},
};
static const CliOption runway_options[] = {
    {"campaign", "ID", "lists of this campaign only"},
    {"all", NULL, "those that are not active, too"},
    ARGS_JSON,
    {0},
};

/* What they are sorted by comes first: columns at the right may have no room. */
static const TableColumn top_columns[] = {{"list_id", TABLE_TEXT},
                                          {"campaign_id", TABLE_TEXT},
                                          {"calls_per_hour", TABLE_NUMBER},
                                          {"offered", TABLE_NUMBER},
                                          {"dialable", TABLE_NUMBER},
                                          {"total", TABLE_NUMBER},
                                          {"dialable_now", TABLE_NUMBER},
                                          {"penetration", TABLE_NUMBER},
                                          {"coverage", TABLE_NUMBER},
                                          {"contacted", TABLE_NUMBER},
                                          {"runway_s", TABLE_NUMBER},
                                          {"life", TABLE_TEXT},
                                          {0}};
static const TableColumn top_campaign_columns[] = {LIVE_CAMPAIGN_COLUMNS, {0}};
static const char *const top_order[] = {"calls_per_hour", "offered", "dialable", NULL};
static const TableColumn runway_columns[] = {
    {"list_id", TABLE_TEXT},          {"campaign_id", TABLE_TEXT},
    {"dialable", TABLE_NUMBER},       {"dialable_now", TABLE_NUMBER},
    {"calls_per_hour", TABLE_NUMBER}, {"calls_per_lead", TABLE_NUMBER},
    {"runway_s", TABLE_NUMBER},       {"runway_at", TABLE_TEXT},
    {"taken_at", TABLE_TEXT},         {0}};

/* ---- by Redis ---- */

typedef struct LiveAll {
    LiveRows campaigns;
    LiveRows lists;
} LiveAll;

static void live_all_done(LiveAll *all)
{
    live_rows_done(&all->campaigns);
    live_rows_done(&all->lists);
}
#define AUTO_LIVE_ALL __attribute__((cleanup(live_all_done))) LiveAll

/* What is active, or with --all the rest, too. */
static LiveCampaigns which_campaigns(const Cli *cli)
{
    return (LiveCampaigns){cli_option(cli, "campaign"), cli_flag(cli, "all")};
}

static Status read_all(const Cli *cli, LiveRead *live, LiveAll *ret, Error *err)
{
    LiveCampaigns which = which_campaigns(cli);
    Status status = live_campaigns_read(live, &which, &ret->campaigns, err);
    for (int i = 0; status == STATUS_OK && i < ret->campaigns.count; i++) {
        status = live_rows_lists(live, ret->campaigns.rows[i].id, &ret->lists, err);
    }
    live_rows_keep(&ret->lists, "total", NULL); /* one that was deleted has none */
    if (!which.inactive) {
        live_rows_keep(&ret->lists, "life", "active");
    }
    live_rows_sort(&ret->lists, top_order);
    return status;
}

/* A runway is a length of time for people, and seconds for programs. */
static void add_cell(const Cli *cli, const LiveRow *list, const char *name, Table *table)
{
    const char *value = live_row_field(list, name);
    AUTO_STRBUF span = STRBUF_INIT;
    if (!cli->json && value != NULL && value[0] != '\0' && strcmp(name, "runway_s") == 0) {
        span_write(&span, strtoll(value, NULL, 10));
        value = span.data;
    }
    table_add(table, value != NULL && value[0] != '\0' ? value : NULL);
}

static void add_lists(const Cli *cli, const LiveRows *lists, Table *table)
{
    for (int i = 0; i < lists->count; i++) {
        for (const TableColumn *column = table->columns; column->name != NULL; column++) {
            add_cell(cli, &lists->rows[i], column->name, table);
        }
    }
}

/* ---- top ---- */

/* What one look sees. */
typedef struct TopView {
    Table campaigns;
    Table lists;
    bool by_redis; /* else by the record, for the reason why */
    Error why;
} TopView;

static void top_view_init(TopView *view)
{
    *view = (TopView){.by_redis = false};
    table_init(&view->campaigns, top_campaign_columns);
    table_init(&view->lists, top_columns);
}

static void top_view_done(TopView *view)
{
    table_done(&view->campaigns);
    table_done(&view->lists);
}
#define AUTO_VIEW __attribute__((cleanup(top_view_done))) TopView

static Status top_record(Cli *cli, TopView *view, Error *err)
{
    LiveCampaigns which = which_campaigns(cli);
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_text(&params, which.only_or_null);
    db_param_bool(&params, which.inactive);
    Status status = live_campaigns_record(cli, &which, &view->campaigns, err);
    if (status == STATUS_OK) {
        status = cli_query(cli, sql_cli_top, &params, &rows, err);
    }
    if (status == STATUS_OK) {
        table_add_result(&view->lists, rows);
    }
    return status;
}

static Status top_look(Cli *cli, LiveRead *live, TopView *view, Error *err)
{
    AUTO_LIVE_ALL all = {.lists = {0}};
    view->by_redis = live_read_check(live, &view->why) == STATUS_OK &&
                     read_all(cli, live, &all, &view->why) == STATUS_OK;
    if (view->by_redis) {
        live_campaigns_add(&all.campaigns, &view->campaigns);
        add_lists(cli, &all.lists, &view->lists);
        return STATUS_OK;
    }
    return top_record(cli, view, err);
}

static void top_print(Cli *cli, const TopView *view)
{
    if (!cli->json) {
        table_print(cli, &view->campaigns);
        printf("\n");
    }
    table_print(cli, &view->lists);
}

/* All of it fits: the terminal never scrolls. */
static void top_draw(const Cli *cli, const TopView *view)
{
    int campaigns;
    int lists;
    AUTO_STRBUF foot = STRBUF_INIT;
    Screen screen = screen_now();
    const char *which = cli_flag(cli, "all") ? "" : "active ";
    screen_share(screen.rows, table_rows(&view->campaigns), table_rows(&view->lists), &campaigns,
                 &lists);
    printf("\033[H\033[J");
    if (campaigns > 0) {
        table_print_within(&view->campaigns, campaigns, screen.columns);
        printf("\n");
    }
    if (lists > 0) {
        table_print_within(&view->lists, lists, screen.columns);
    }
    strbuf_addf(&foot, "%d of %d %scampaigns, %d of %d %slists, by %s", campaigns,
                table_rows(&view->campaigns), which, lists, table_rows(&view->lists), which,
                view->by_redis ? "Redis" : "PostgreSQL: ");
    if (!view->by_redis) {
        cli_add_safe(&foot, view->why.text);
    }
    table_put_cut(foot.data, screen.columns);
    fflush(stdout);
}

static Status top_once(Cli *cli, LiveRead *live, Error *err)
{
    AUTO_VIEW view;
    top_view_init(&view);
    Status status = top_look(cli, live, &view, err);
    if (status == STATUS_OK) {
        top_print(cli, &view);
    }
    return status;
}

static Status top_stay(Cli *cli, LiveRead *live, Error *err)
{
    interrupt_catch();
    interrupt_catch_term();
    screen_catch();
    Status status = STATUS_OK;
    while (status == STATUS_OK && !interrupt_pending()) {
        AUTO_VIEW view;
        top_view_init(&view);
        status = top_look(cli, live, &view, err);
        if (status == STATUS_OK) {
            top_draw(cli, &view);
            screen_nap(TOP_NAP_MS);
        }
    }
    printf("\n");
    return status;
}

static Status top(Cli *cli, Error *err)
{
    LiveRead *live = live_read_new(cli);
    bool screen = cli->out_terminal && !cli->json && !cli_flag(cli, "once");
    Status status = (screen ? top_stay : top_once)(cli, live, err);
    live_read_close(live);
    return status;
}

/* ---- runway ---- */

static void runway_say_none(const Cli *cli, const Table *table)
{
    if (table_rows(table) == 0 && !cli_flag(cli, "all")) {
        cli_say(cli, "No list is active: --all shows the rest.");
    }
}

static Status runway(Cli *cli, Error *err)
{
    LiveRead *live = live_read_new(cli);
    AUTO_TABLE table;
    AUTO_LIVE_ALL all = {.lists = {0}};
    table_init(&table, runway_columns);
    Status status = live_read_check(live, err);
    if (status == STATUS_OK) {
        status = read_all(cli, live, &all, err);
    }
    if (status == STATUS_OK) {
        add_lists(cli, &all.lists, &table);
        table_print(cli, &table);
        runway_say_none(cli, &table);
    }
    live_read_close(live);
    return status;
}

const Verb cli_top_verbs[] = {
    {"", "", 0, 0,
     "Active campaigns and their active lists, once a second, as many as the terminal has room "
     "for;\n"
     "Ctrl-C ends it. The busiest first: campaigns by outcomes a minute, then offers out, then\n"
     "dialable leads; lists by calls an hour, then offered, then dialable leads; else by id. "
     "Without\n"
     "a running leadspool-stats it shows what PostgreSQL has.",
     top_options,
     "top\n"
     "top --all --campaign c --once --json",
     top},
    {0},
};

const Verb cli_runway_verbs[] = {
    {"", "", 0, 0,
     "When active lists of active campaigns run dry at the present pace: (dialable + offered\n"
     "leads) * calls a lead / calls an hour, each as of the last 48 hours and the last 60\n"
     "minutes (schemas/redis.md).",
     runway_options,
     "runway\n"
     "runway --all --campaign c --json",
     runway},
    {0},
};
