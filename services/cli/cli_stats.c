/* leadspool stats: the counters of a list or a campaign, as Redis shows them, or the record. */
#include <inttypes.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/interrupt.h"
#include "cli/live_rows.h"
#include "cli/stats_job.h"
#include "cli/stats_why.h"
#include "cli/table.h"
#include "sql_queries.h"

static const CliOption stats_options[] = {
    {"list", "ID", "the list"},
    {"campaign", "ID", "all lists of the campaign, and what is with its dialers"},
    {"watch", NULL, "go on, and print it again whenever it changed"},
    {"record", NULL, "ask PostgreSQL, also where Redis has it"},
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

static const TableColumn campaign_columns[] = {
    {"campaign_id", TABLE_TEXT},
    {"active", TABLE_BOOL},
    {"held", TABLE_TEXT},
    {"lists", TABLE_NUMBER},
    {"lists_active", TABLE_NUMBER},
    {"offers_out", TABLE_NUMBER},
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
    {"outcomes_per_minute", TABLE_NUMBER},
    {"contacts_per_minute", TABLE_NUMBER},
    {"contact_rate", TABLE_NUMBER},
    {"answers", TABLE_JSON},
    {"statuses", TABLE_JSON},
    {"epoch", TABLE_NUMBER},
    {"version", TABLE_NUMBER},
    {"taken_at", TABLE_TEXT},
    {"source", TABLE_TEXT},
    {0},
};

static const TableColumn all_columns[] = {{"campaign_id", TABLE_TEXT},
                                          {"outcomes_per_minute", TABLE_NUMBER},
                                          {"offers_out", TABLE_NUMBER},
                                          {"dialable", TABLE_NUMBER},
                                          {"total", TABLE_NUMBER},
                                          {"contact_rate", TABLE_NUMBER},
                                          {"penetration", TABLE_NUMBER},
                                          {"lists", TABLE_NUMBER},
                                          {"active", TABLE_BOOL},
                                          {"source", TABLE_TEXT},
                                          {0}};

static const TableColumn why_json_columns[] = {{"list_id", TABLE_TEXT}, {"at", TABLE_TEXT},
                                               {"total", TABLE_NUMBER}, {"why", TABLE_JSON},
                                               {"source", TABLE_TEXT},  {0}};
static const TableColumn why_columns[] = {
    {"why", TABLE_TEXT}, {"leads", TABLE_NUMBER}, {"meaning", TABLE_TEXT}, {0}};

/* ---- why ---- */

static void stats_why_print_json(Cli *cli, const WhyCount *why, const char *source)
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
    table_add(&table, source);
    table_print_one(cli, &table);
}

static void stats_why_print(Cli *cli, const WhyCount *why, const char *source)
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
    char at[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(why->at_us, at);
    cli_say(cli, "as of %s, by %s", at, source);
}

/* As leadspool-stats counted it last; false: it has not. */
static bool stats_why_redis(LiveRead *live, const char *list_id, WhyCount *ret)
{
    AUTO_REPLY *hash = NULL;
    Error err;
    *ret = (WhyCount){.at_us = 0};
    if (live == NULL || live_read_check(live, &err) != STATUS_OK ||
        live_read_hash(live, LIVE_LIST_NOW, list_id, &hash, &err) != STATUS_OK || hash == NULL) {
        return false;
    }
    for (Why each = 0; each < WHY_END; each++) {
        char name[48];
        snprintf(name, sizeof name, "why:%s", why_name(each));
        const char *value = redis_field(hash, name);
        ret->leads[each] = value != NULL ? strtoll(value, NULL, 10) : 0;
        ret->total += ret->leads[each];
    }
    const char *at = redis_field(hash, "taken_at");
    return at != NULL && clock_parse_rfc3339(at, &ret->at_us, &err) == STATUS_OK;
}

/* Has the list as many leads as then? It was counted before an import, say, where it has not. */
static bool stats_why_holds(LiveRead *live, const char *list_id, const WhyCount *why)
{
    AUTO_REPLY *hash = NULL;
    Error err;
    if (live_read_hash(live, LIVE_LIST_STATS, list_id, &hash, &err) != STATUS_OK || hash == NULL) {
        return false;
    }
    const char *total = redis_field(hash, "total");
    return total != NULL && strtoll(total, NULL, 10) == why->total;
}

static Status stats_why(Cli *cli, LiveRead *live, Error *err)
{
    WhyCount why;
    const char *list_id = cli_option(cli, "list");
    bool redis = stats_why_redis(live, list_id, &why) && stats_why_holds(live, list_id, &why);
    Status status = redis ? STATUS_OK : stats_why_read(cli, list_id, &why, err);
    if (status == STATUS_OK) {
        (cli->json ? stats_why_print_json : stats_why_print)(cli, &why,
                                                             redis ? "redis" : "postgresql");
    }
    return status;
}

/* ---- counters ---- */

/* What is looked at: a list, or a campaign. */
typedef struct Subject {
    LiveKind kind;
    const char *id;
    const TableColumn *columns;
    const char *sql;
    const char *field;
    const char *unknown;
} Subject;

static void subject_of(const Cli *cli, Subject *ret)
{
    static const Subject list = {LIVE_LIST_STATS, NULL,      stats_columns,
                                 sql_cli_stats,   "list_id", "list"};
    static const Subject campaign = {LIVE_CAMPAIGN_STATS,    NULL,          campaign_columns,
                                     sql_cli_stats_campaign, "campaign_id", "campaign"};
    *ret = cli_option(cli, "list") != NULL ? list : campaign;
    ret->id = cli_option(cli, ret->unknown);
}

static Status stats_record(Cli *cli, const Subject *subject, Table *table, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *result = NULL;
    db_param_text(&params, subject->id);
    Status status = cli_query(cli, subject->sql, &params, &result, err);
    if (status == STATUS_OK && db_rows(result) == 0) {
        AUTO_FREE char *code = mem_sprintf("unknown_%s", subject->unknown);
        return error_set_field(err, subject->field, code,
                               "there is no %s \"%s\": `leadspool %s ls` shows all",
                               subject->unknown, subject->id, subject->unknown);
    }
    if (status == STATUS_OK) {
        table_add_result(table, result);
    }
    return status;
}

/* False: Redis has it not, or cannot be asked now: the next look asks again. */
static bool stats_redis(LiveRead *live, const Subject *subject, Table *table)
{
    AUTO_REPLY *hash = NULL;
    Error err;
    if (live == NULL || live_read_check(live, &err) != STATUS_OK ||
        live_read_hash(live, subject->kind, subject->id, &hash, &err) != STATUS_OK ||
        hash == NULL) {
        return false;
    }
    const char *life = redis_field(hash, "life");
    if (life != NULL && strcmp(life, "deleted") == 0) {
        return false;
    }
    live_read_row(hash, table);
    return true;
}

static Status stats_read(Cli *cli, LiveRead *live, const Subject *subject, Table *table, Error *err)
{
    table_init(table, subject->columns);
    return stats_redis(live, subject, table) ? STATUS_OK : stats_record(cli, subject, table, err);
}

static Status stats_counters(Cli *cli, LiveRead *live, Error *err)
{
    Subject subject;
    AUTO_TABLE table;
    subject_of(cli, &subject);
    Status status = stats_read(cli, live, &subject, &table, err);
    if (status == STATUS_OK) {
        table_print_one(cli, &table);
    }
    return status;
}

/* ---- all campaigns ---- */

static bool all_redis(LiveRead *live, Table *table)
{
    static const char *const order[] = {"outcomes_per_minute", "offers_out", "dialable", NULL};
    AUTO_LIVE_ROWS campaigns = {0};
    Error err;
    if (live == NULL || live_read_check(live, &err) != STATUS_OK ||
        live_rows_campaigns(live, NULL, &campaigns, &err) != STATUS_OK) {
        return false;
    }
    live_rows_sort(&campaigns, order);
    for (int i = 0; i < campaigns.count; i++) {
        if (campaigns.rows[i].stats != NULL) {
            live_read_row(campaigns.rows[i].stats, table);
        }
    }
    return true;
}

static Status all_record(Cli *cli, Table *table, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_text(&params, NULL);
    db_param_bool(&params, true);
    Status status = cli_query(cli, sql_cli_top_campaigns, &params, &rows, err);
    if (status == STATUS_OK) {
        table_add_result(table, rows);
    }
    return status;
}

/* A line for each campaign that has lists. */
static Status stats_all(Cli *cli, LiveRead *live, Error *err)
{
    AUTO_TABLE table;
    table_init(&table, all_columns);
    Status status = all_redis(live, &table) ? STATUS_OK : all_record(cli, &table, err);
    if (status == STATUS_OK) {
        table_print(cli, &table);
    }
    return status;
}

/* ---- watching ---- */

enum { WATCH_NAP_MS = 250 };

static void watch_show(Cli *cli, const Table *table)
{
    if (cli->out_terminal && !cli->json) {
        printf("\033[H\033[J");
    }
    table_print_one(cli, table);
    fflush(stdout);
}

/* A line, or a screen, for each state that was seen; Ctrl-C ends it. */
static Status stats_watch(Cli *cli, LiveRead *live, Error *err)
{
    Subject subject;
    AUTO_STRBUF last = STRBUF_INIT;
    subject_of(cli, &subject);
    interrupt_catch();
    interrupt_catch_term();
    Status status = STATUS_OK;
    while (status == STATUS_OK && !interrupt_pending() && !ferror(stdout)) {
        AUTO_TABLE table;
        AUTO_STRBUF now = STRBUF_INIT;
        status = stats_read(cli, live, &subject, &table, err);
        if (status != STATUS_OK) {
            break;
        }
        table_row_json(&table, 0, &now);
        if (strcmp(now.data, last.data) != 0) {
            watch_show(cli, &table);
            strbuf_reset(&last);
            strbuf_adds(&last, now.data);
        }
        clock_nap(WATCH_NAP_MS);
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
              : cli_flag(cli, "watch") ? stats_watch
              : one                    ? stats_counters
                                       : stats_all)(cli, live, err);
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
