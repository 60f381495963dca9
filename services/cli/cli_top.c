/* leadspool top and runway: campaigns and lists as they are now, by Redis. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/interrupt.h"
#include "cli/live_read.h"
#include "cli/span.h"
#include "sql_queries.h"

enum { TOP_NAP_MS = 1000, TOP_LINES = 24, TOP_ALL = 100000, TOP_PART = 500 };

static const CliOption top_options[] = {
    {"campaign", "ID", "lists of this campaign only"},
    {"once", NULL, "one look (off a terminal, and with --json, always)"},
    ARGS_JSON,
    {0},
};
static const CliOption runway_options[] = {
    {"campaign", "ID", "lists of this campaign only"}, ARGS_JSON, {0}};

static const TableColumn top_columns[] = {{"list_id", TABLE_TEXT},
                                          {"campaign_id", TABLE_TEXT},
                                          {"life", TABLE_TEXT},
                                          {"total", TABLE_NUMBER},
                                          {"dialable", TABLE_NUMBER},
                                          {"dialable_now", TABLE_NUMBER},
                                          {"offered", TABLE_NUMBER},
                                          {"contacted", TABLE_NUMBER},
                                          {"penetration", TABLE_NUMBER},
                                          {"coverage", TABLE_NUMBER},
                                          {"calls_per_hour", TABLE_NUMBER},
                                          {"runway_s", TABLE_NUMBER},
                                          {0}};
static const TableColumn top_campaign_columns[] = {{"campaign_id", TABLE_TEXT},
                                                   {"lists", TABLE_NUMBER},
                                                   {"total", TABLE_NUMBER},
                                                   {"dialable", TABLE_NUMBER},
                                                   {"offers_out", TABLE_NUMBER},
                                                   {"outcomes_per_minute", TABLE_NUMBER},
                                                   {"contact_rate", TABLE_NUMBER},
                                                   {"penetration", TABLE_NUMBER},
                                                   {0}};
static const TableColumn runway_columns[] = {
    {"list_id", TABLE_TEXT},          {"campaign_id", TABLE_TEXT},
    {"dialable", TABLE_NUMBER},       {"dialable_now", TABLE_NUMBER},
    {"calls_per_hour", TABLE_NUMBER}, {"calls_per_lead", TABLE_NUMBER},
    {"runway_s", TABLE_NUMBER},       {"runway_at", TABLE_TEXT},
    {"taken_at", TABLE_TEXT},         {0}};

/* ---- lists ---- */

typedef struct TopList {
    RedisReply *stats; /* owned, both; now may be NULL */
    RedisReply *now;
} TopList;

typedef struct TopLists {
    TopList *lists;
    int count;
} TopLists;

static void top_lists_done(TopLists *all)
{
    for (int i = 0; i < all->count; i++) {
        redis_reply_free(all->lists[i].stats);
        redis_reply_free(all->lists[i].now);
    }
    free(all->lists);
    *all = (TopLists){0};
}
#define AUTO_LISTS __attribute__((cleanup(top_lists_done))) TopLists

static const char *top_field(const TopList *list, const char *name)
{
    const char *value = redis_field(list->stats, name);
    return value == NULL && list->now != NULL ? redis_field(list->now, name) : value;
}

static double top_number(const TopList *list, const char *name)
{
    const char *value = top_field(list, name);
    return value != NULL ? strtod(value, NULL) : 0;
}

/* The busiest first, then those with most to do. */
static int top_compare(const void *a, const void *b)
{
    static const char *const by[] = {"calls_per_hour", "offered", "dialable"};
    for (size_t i = 0; i < sizeof by / sizeof by[0]; i++) {
        double left = top_number(a, by[i]);
        double right = top_number(b, by[i]);
        if (left != right) {
            return left < right ? 1 : -1;
        }
    }
    return strcmp(top_field(a, "list_id"), top_field(b, "list_id"));
}

static Status
read_part(LiveRead *live, const char *const ids[], int count, TopLists *all, Error *err)
{
    AUTO_FREE RedisReply **stats = mem_alloc((size_t)count * sizeof(RedisReply *));
    AUTO_FREE RedisReply **now = mem_alloc((size_t)count * sizeof(RedisReply *));
    Status status = live_read_hashes(live, LIVE_LIST_STATS, ids, count, stats, err);
    if (status == STATUS_OK) {
        status = live_read_hashes(live, LIVE_LIST_NOW, ids, count, now, err);
    }
    all->lists = mem_realloc(all->lists, (size_t)(all->count + count) * sizeof *all->lists);
    for (int i = 0; i < count; i++) {
        if (status == STATUS_OK && stats[i] != NULL && redis_field(stats[i], "total") != NULL) {
            all->lists[all->count++] = (TopList){stats[i], now[i]};
        } else {
            redis_reply_free(stats[i]);
            redis_reply_free(now[i]);
        }
    }
    return status;
}

static Status read_campaign(LiveRead *live, const char *campaign_id, TopLists *all, Error *err)
{
    AUTO_REPLY *members = NULL;
    Status status = live_read_members(live, LIVE_CAMPAIGN_LISTS, campaign_id, &members, err);
    int total = status == STATUS_OK ? redis_size(members) : 0;
    for (int from = 0; status == STATUS_OK && from < total; from += TOP_PART) {
        const char *ids[TOP_PART];
        int count = total - from < TOP_PART ? total - from : TOP_PART;
        for (int i = 0; i < count; i++) {
            ids[i] = redis_text(redis_at(members, from + i));
        }
        status = read_part(live, ids, count, all, err);
    }
    return status;
}

/* campaigns: NULL, or gets a row for each. */
static Status read_all(Cli *cli, LiveRead *live, Table *campaigns, TopLists *all, Error *err)
{
    AUTO_REPLY *members = NULL;
    const char *only = cli_option(cli, "campaign");
    Status status = live_read_members(live, LIVE_CAMPAIGNS, NULL, &members, err);
    for (int i = 0; status == STATUS_OK && i < redis_size(members); i++) {
        const char *campaign_id = redis_text(redis_at(members, i));
        AUTO_REPLY *hash = NULL;
        if (only != NULL && strcmp(only, campaign_id) != 0) {
            continue;
        }
        status = live_read_hash(live, LIVE_CAMPAIGN_STATS, campaign_id, &hash, err);
        if (status == STATUS_OK && hash != NULL && campaigns != NULL) {
            live_read_row(hash, campaigns);
        }
        if (status == STATUS_OK) {
            status = read_campaign(live, campaign_id, all, err);
        }
    }
    if (all->count > 0) {
        qsort(all->lists, (size_t)all->count, sizeof *all->lists, top_compare);
    }
    return status;
}

/* A runway is a length of time for people, and seconds for programs. */
static void add_cell(const Cli *cli, const TopList *list, const char *name, Table *table)
{
    const char *value = top_field(list, name);
    AUTO_STRBUF span = STRBUF_INIT;
    if (!cli->json && value != NULL && value[0] != '\0' && strcmp(name, "runway_s") == 0) {
        span_write(&span, strtoll(value, NULL, 10));
        value = span.data;
    }
    table_add(table, value != NULL && value[0] != '\0' ? value : NULL);
}

static void add_lists(const Cli *cli, const TopLists *all, int most, Table *table)
{
    for (int i = 0; i < all->count && i < most; i++) {
        for (const TableColumn *column = table->columns; column->name != NULL; column++) {
            add_cell(cli, &all->lists[i], column->name, table);
        }
    }
}

/* ---- top ---- */

static int screen_lines(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row
                                                                           : TOP_LINES;
}

static Status top_by_record(Cli *cli, int most, Table *table, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_i64(&params, most);
    Status status = cli_query(cli, sql_cli_top, &params, &rows, err);
    if (status == STATUS_OK) {
        table_add_result(table, rows);
    }
    return status;
}

static Status top_look(Cli *cli, LiveRead **live, bool screen, Error *err)
{
    AUTO_TABLE campaigns;
    AUTO_TABLE table;
    AUTO_LISTS all = {0};
    Error why;
    table_init(&campaigns, top_campaign_columns);
    table_init(&table, top_columns);
    if (*live == NULL && live_read_open(cli, live, &why) != STATUS_OK) {
        *live = NULL;
    }
    bool redis = *live != NULL && live_read_check(*live, &why) == STATUS_OK &&
                 read_all(cli, *live, &campaigns, &all, &why) == STATUS_OK;
    int rows = campaigns.cell_count / campaigns.column_count;
    int most = screen ? screen_lines() - rows - 5 : TOP_ALL;
    Status status = STATUS_OK;
    if (redis) {
        add_lists(cli, &all, most, &table);
    } else {
        status = top_by_record(cli, screen ? screen_lines() - 4 : TOP_ALL, &table, err);
    }
    if (status == STATUS_OK) {
        if (screen) {
            printf("\033[H\033[J");
        }
        if (redis && !cli->json) {
            table_print(cli, &campaigns);
            printf("\n");
        }
        table_print(cli, &table);
        if (screen) {
            printf("by %s\n", redis ? "Redis" : why.text);
        }
    }
    return status;
}

static Status top(Cli *cli, Error *err)
{
    LiveRead *live = NULL;
    bool screen = cli->out_terminal && !cli->json && !cli_flag(cli, "once");
    if (screen) {
        interrupt_catch();
        interrupt_catch_term();
    }
    Status status = top_look(cli, &live, screen, err);
    while (status == STATUS_OK && screen && !interrupt_pending()) {
        fflush(stdout);
        clock_nap(TOP_NAP_MS);
        status = top_look(cli, &live, screen, err);
    }
    live_read_close(live);
    return status;
}

/* ---- runway ---- */

static Status runway(Cli *cli, Error *err)
{
    LiveRead *live = NULL;
    AUTO_TABLE table;
    AUTO_LISTS all = {0};
    table_init(&table, runway_columns);
    Status status = live_read_open(cli, &live, err);
    if (status == STATUS_OK) {
        status = read_all(cli, live, NULL, &all, err);
    }
    if (status == STATUS_OK) {
        add_lists(cli, &all, TOP_ALL, &table);
        table_print(cli, &table);
    }
    live_read_close(live);
    return status;
}

const Verb cli_top_verbs[] = {
    {"", "", 0, 0,
     "Campaigns and lists, the busiest first, once a second; Ctrl-C ends it. Without a running\n"
     "leadspool-stats it shows what PostgreSQL has.",
     top_options,
     "top\n"
     "top --campaign c --once --json",
     top},
    {0},
};

const Verb cli_runway_verbs[] = {
    {"", "", 0, 0,
     "When lists run dry at the present pace: (dialable + offered leads) * calls a lead / calls "
     "an\n"
     "hour, each as of the last 48 hours and the last 60 minutes (schemas/redis.md).",
     runway_options,
     "runway\n"
     "runway --campaign c --json",
     runway},
    {0},
};
