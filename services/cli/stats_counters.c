#include "cli/stats_counters.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/interrupt.h"
#include "cli/table.h"
#include "sql_queries.h"

static const TableColumn list_columns[] = {
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
    static const Subject list = {LIVE_LIST_STATS, NULL,      list_columns,
                                 sql_cli_stats,   "list_id", "list"};
    static const Subject campaign = {LIVE_CAMPAIGN_STATS,    NULL,          campaign_columns,
                                     sql_cli_stats_campaign, "campaign_id", "campaign"};
    *ret = cli_option(cli, "list") != NULL ? list : campaign;
    ret->id = cli_option(cli, ret->unknown);
}

static Status counters_record(Cli *cli, const Subject *subject, Table *table, Error *err)
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
static bool counters_redis(LiveRead *live, const Subject *subject, Table *table)
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

static Status
counters_read(Cli *cli, LiveRead *live, const Subject *subject, Table *table, Error *err)
{
    table_init(table, subject->columns);
    return counters_redis(live, subject, table) ? STATUS_OK
                                                : counters_record(cli, subject, table, err);
}

Status stats_counters(Cli *cli, LiveRead *live, Error *err)
{
    Subject subject;
    AUTO_TABLE table;
    subject_of(cli, &subject);
    Status status = counters_read(cli, live, &subject, &table, err);
    if (status == STATUS_OK) {
        table_print_one(cli, &table);
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
Status stats_counters_watch(Cli *cli, LiveRead *live, Error *err)
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
        status = counters_read(cli, live, &subject, &table, err);
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
