#include "cli/stats_why.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/table.h"
#include "domain/calling.h"
#include "recycler/why_count.h"
#include "sql_queries.h"

enum { WHY_SMALL_LEADS = 100000, WHY_RECENT_S = 30 };

/* What Redis has, and of which state of the record. */
typedef struct WhyShown {
    WhyCount why;
    int64_t epoch;
    int64_t version;
} WhyShown;

static const TableColumn why_json_columns[] = {{"list_id", TABLE_TEXT}, {"at", TABLE_TEXT},
                                               {"total", TABLE_NUMBER}, {"why", TABLE_JSON},
                                               {"source", TABLE_TEXT},  {0}};
static const TableColumn why_columns[] = {
    {"why", TABLE_TEXT}, {"leads", TABLE_NUMBER}, {"meaning", TABLE_TEXT}, {0}};

static void why_print_json(Cli *cli, const WhyCount *why, const char *source)
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

static void why_print(Cli *cli, const WhyCount *why, const char *source)
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

static int64_t why_number(const RedisReply *hash, const char *name)
{
    const char *value = redis_field(hash, name);
    return value != NULL ? strtoll(value, NULL, 10) : 0;
}

/* As leadspool-stats counted it last; false: it has not. */
static bool why_redis(LiveRead *live, const char *list_id, WhyShown *ret)
{
    AUTO_REPLY *hash = NULL;
    Error err;
    *ret = (WhyShown){0};
    if (live == NULL || live_read_check(live, &err) != STATUS_OK ||
        live_read_hash(live, LIVE_LIST_NOW, list_id, &hash, &err) != STATUS_OK || hash == NULL) {
        return false;
    }
    for (Why each = 0; each < WHY_END; each++) {
        char name[48];
        snprintf(name, sizeof name, "why:%s", why_name(each));
        ret->why.leads[each] = why_number(hash, name);
        ret->why.total += ret->why.leads[each];
    }
    ret->why.rules_version = why_number(hash, "rules_version");
    ret->epoch = why_number(hash, "epoch");
    ret->version = why_number(hash, "version");
    const char *at = redis_field(hash, "taken_at");
    return at != NULL && clock_parse_rfc3339(at, &ret->why.at_us, &err) == STATUS_OK;
}

/* Neither the list nor its campaign's rules have changed since; or the list is large, and it was
 * just now. A record that cannot be asked does not say otherwise. */
static bool why_holds(Cli *cli, const char *list_id, const WhyShown *shown)
{
    enum { EPOCH, VERSION, RULES_VERSION, TOTAL };
    const WhyCount *why = &shown->why;
    DbParams params = {0};
    AUTO_RESULT *row = NULL;
    Error err;
    db_param_text(&params, list_id);
    if (cli_query(cli, sql_cli_why_version, &params, &row, &err) != STATUS_OK) {
        return true;
    }
    if (db_rows(row) == 0 || db_i64(row, 0, EPOCH) != shown->epoch ||
        db_i64(row, 0, RULES_VERSION) != why->rules_version) {
        return false;
    }
    bool recent = clock_now_us() - why->at_us < WHY_RECENT_S * CLOCK_US_PER_SECOND;
    return db_i64(row, 0, VERSION) == shown->version ||
           (recent && why->total > WHY_SMALL_LEADS && db_i64(row, 0, TOTAL) == why->total);
}

static Status why_record(Cli *cli, const char *list_id, WhyCount *ret, Error *err)
{
    Status status = calling_load(cli->config.law_packs, err);
    if (status != STATUS_OK) {
        return status;
    }
    AUTO_TX Db *db = cli_db(cli);
    status = db_begin_snapshot(db, err);
    return status == STATUS_OK ? why_count_read(db, list_id, clock_now_us(), ret, err) : status;
}

Status stats_why(Cli *cli, LiveRead *live, Error *err)
{
    WhyShown shown;
    WhyCount counted;
    const char *list_id = cli_option(cli, "list");
    bool there = why_redis(live, list_id, &shown);
    bool redis = there && why_holds(cli, list_id, &shown);
    Status status = redis ? STATUS_OK : why_record(cli, list_id, &counted, err);
    if (status != STATUS_OK && there && strcmp(err->code, "unknown_list") != 0) {
        redis = true; /* it says of when it is */
        status = STATUS_OK;
    }
    if (status == STATUS_OK) {
        (cli->json ? why_print_json : why_print)(cli, redis ? &shown.why : &counted,
                                                 redis ? "redis" : "postgresql");
    }
    return status;
}
