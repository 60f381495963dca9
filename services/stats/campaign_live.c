#include "stats/campaign_live.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/list_figures.h"
#include "sql_queries.h"
#include "stats/live_write.h"

enum { SECOND_MS = 1000, ANSWERS_MS = 5000, ANSWERS_S = 60 };

/* Columns of live_campaigns.sql. */
enum {
    COLUMN_NO,
    COLUMN_ID,
    COLUMN_ACTIVE,
    COLUMN_HELD,
    COLUMN_LISTS,
    COLUMN_LISTS_ACTIVE,
    COLUMN_OFFERS,
    COLUMN_VERSIONS,
    COLUMN_COUNTERS,
    COLUMN_STATUSES = COLUMN_COUNTERS + (int)LIST_FIGURES_COUNTERS,
};
/* Of live_answers.sql. */
enum { ANSWER_CAMPAIGN, ANSWER_STATUS, ANSWER_CALLS, ANSWER_CONTACTS };

/* What was written last of a campaign. */
typedef struct Written {
    int32_t campaign_no;
    uint64_t sum;
} Written;

struct CampaignLive {
    int64_t looked_ms;
    int64_t answers_ms;
    DbResult *answers; /* of the last minute, by campaign */
    Written *written;  /* by campaign_no */
    int written_count;
};

CampaignLive *campaign_live_new(void)
{
    return mem_alloc(sizeof(CampaignLive));
}

void campaign_live_free(CampaignLive *live)
{
    db_result_free(live->answers);
    free(live->written);
    free(live);
}

void campaign_live_forget(CampaignLive *live)
{
    live->written_count = 0;
    live->looked_ms = 0;
}

/* ---- answers, by campaign_no as all that is here ---- */

static Status answers_read(CampaignLive *live, Db *db, int64_t now_us, Error *err)
{
    DbParams params = {0};
    DbResult *answers = NULL;
    if (live->answers != NULL && clock_mono_ms() < live->answers_ms + ANSWERS_MS) {
        return STATUS_OK;
    }
    db_param_time(&params, now_us - ANSWERS_S * CLOCK_US_PER_SECOND);
    db_param_time(&params, now_us);
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql_live_answers, &params, &answers, err);
    }
    if (status == STATUS_OK) {
        db_result_free(live->answers);
        live->answers = answers;
        live->answers_ms = clock_mono_ms();
    }
    return status;
}

/* The first row of the campaign, or where it would be. */
static int answers_of(const CampaignLive *live, int64_t campaign_no)
{
    int low = 0;
    int high = db_rows(live->answers);
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (db_i64(live->answers, middle, ANSWER_CAMPAIGN) < campaign_no) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool answers_has(const CampaignLive *live, int row, int64_t campaign_no)
{
    return row < db_rows(live->answers) &&
           db_i64(live->answers, row, ANSWER_CAMPAIGN) == campaign_no;
}

static void answers_add(const CampaignLive *live, int64_t campaign_no, LiveHash *hash)
{
    int64_t calls = 0;
    int64_t contacts = 0;
    char name[64];
    for (int row = answers_of(live, campaign_no); answers_has(live, row, campaign_no); row++) {
        calls += db_i64(live->answers, row, ANSWER_CALLS);
        contacts += db_i64(live->answers, row, ANSWER_CONTACTS);
        snprintf(name, sizeof name, "answer:%s", db_text(live->answers, row, ANSWER_STATUS));
        live_hash_add(hash, name, db_text(live->answers, row, ANSWER_CALLS));
    }
    live_hash_add_i64(hash, "outcomes_per_minute", calls);
    live_hash_add_i64(hash, "contacts_per_minute", contacts);
    live_hash_add_ratio(hash, "contact_rate", contacts, calls);
}

/* ---- one campaign ---- */

static void statuses_add(const char *text, LiveHash *hash)
{
    AUTO_JSON json_t *statuses = json_loads(text, 0, NULL);
    const char *status;
    json_t *leads;
    json_object_foreach(statuses, status, leads)
    {
        char name[64];
        snprintf(name, sizeof name, "status:%s", status);
        live_hash_add_i64(hash, name, json_integer_value(leads));
    }
}

static void campaign_hash(const CampaignLive *live, const DbResult *rows, LiveHash *hash)
{
    live_hash_add(hash, "campaign_id", db_text(rows, 0, COLUMN_ID));
    live_hash_add(hash, "active", db_bool(rows, 0, COLUMN_ACTIVE) ? "1" : "0");
    live_hash_add(hash, "held", db_text(rows, 0, COLUMN_HELD));
    live_hash_add(hash, "lists", db_text(rows, 0, COLUMN_LISTS));
    live_hash_add(hash, "lists_active", db_text(rows, 0, COLUMN_LISTS_ACTIVE));
    live_hash_add(hash, "offers_out", db_text(rows, 0, COLUMN_OFFERS));
    for (int i = 0; i < LIST_FIGURES_COUNTERS; i++) {
        live_hash_add(hash, list_figures_names[i], db_text(rows, 0, COLUMN_COUNTERS + i));
    }
    int64_t total = db_i64(rows, 0, COLUMN_COUNTERS + FIGURES_TOTAL);
    int64_t contacted = db_i64(rows, 0, COLUMN_COUNTERS + FIGURES_CONTACTED);
    int64_t attempted = db_i64(rows, 0, COLUMN_COUNTERS + FIGURES_ATTEMPTED);
    live_hash_add_ratio(hash, "penetration", contacted, total);
    live_hash_add_ratio(hash, "coverage", attempted, total);
    answers_add(live, db_i64(rows, 0, COLUMN_NO), hash);
    statuses_add(db_text(rows, 0, COLUMN_STATUSES), hash);
}

static Status
campaign_read(Db *db, int64_t campaign_no, int64_t *ret_version, DbResult **ret_rows, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *version = NULL;
    db_param_i64(&params, campaign_no);
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql_live_campaign_version, &params, &version, err);
    }
    if (status == STATUS_OK) {
        *ret_version = db_i64(version, 0, 0);
        status = db_query(tx, sql_live_campaigns, &params, ret_rows, err);
    }
    return status == STATUS_OK ? db_commit(tx, err) : status;
}

/* seen: epoch and version that stood there before, or NULL. */
static Status campaign_write_once(const CampaignLive *live,
                                  const Rebuild *all,
                                  int64_t campaign_no,
                                  const RedisReply *seen,
                                  LiveWrite *write,
                                  Error *err)
{
    int64_t version = 0;
    AUTO_RESULT *rows = NULL;
    Status status = campaign_read(all->db, campaign_no, &version, &rows, err);
    if (status != STATUS_OK || db_rows(rows) == 0) {
        return status;
    }
    char at[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(clock_now_us(), at);
    live_write_init(write, live_store_ns(all->store), LIVE_CAMPAIGN_STATS,
                    db_text(rows, 0, COLUMN_ID));
    live_hash_add_i64(&write->hash, "epoch", db_epoch(all->db));
    live_hash_add_i64(&write->hash, "version", version);
    live_hash_add(&write->hash, "taken_at", at);
    campaign_hash(live, rows, &write->hash);
    if (seen != NULL) {
        live_write_give_way(write, redis_text(redis_at(seen, 0)), redis_text(redis_at(seen, 1)));
    }
    return live_store_write(all->store, write, 1, err);
}

static Status
campaign_write(const CampaignLive *live, const Rebuild *all, int64_t campaign_no, Error *err)
{
    LiveWrite write = {.result = LIVE_THERE};
    LiveWrite again = {.result = LIVE_THERE};
    AUTO_REPLY *seen = NULL;
    Status status = campaign_write_once(live, all, campaign_no, NULL, &write, err);
    if (status == STATUS_OK && write.result == LIVE_OLDER) {
        const char *const words[] = {"HMGET", write.key, "epoch", "version", NULL};
        status = live_store_ask_hash(all->store, words, &seen, err);
    }
    if (status == STATUS_OK && seen != NULL) {
        status = campaign_write_once(live, all, campaign_no, seen, &again, err);
    }
    live_write_done(&write);
    live_write_done(&again);
    return status;
}

/* ---- all of them ---- */

/* Of everything that the hash shows, statuses apart: they move with the versions. */
static uint64_t campaign_sum(const CampaignLive *live, const DbResult *rows, int row)
{
    uint64_t sum = 0;
    for (int column = COLUMN_NO; column < COLUMN_STATUSES; column++) {
        const char *text = db_text(rows, row, column);
        sum = hash_u64(text, strlen(text), sum);
    }
    int64_t campaign_no = db_i64(rows, row, COLUMN_NO);
    for (int i = answers_of(live, campaign_no); answers_has(live, i, campaign_no); i++) {
        for (int column = ANSWER_STATUS; column <= ANSWER_CONTACTS; column++) {
            const char *text = db_text(live->answers, i, column);
            sum = hash_u64(text, strlen(text), sum);
        }
    }
    return sum;
}

/* at: goes along with the campaigns. */
static bool campaign_is_written(const CampaignLive *live, const Written *now, int *at)
{
    while (*at < live->written_count && live->written[*at].campaign_no < now->campaign_no) {
        (*at)++;
    }
    return *at < live->written_count && live->written[*at].campaign_no == now->campaign_no &&
           live->written[*at].sum == now->sum;
}

static Status campaigns_look(Db *db, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, 0);
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? db_query(tx, sql_live_campaigns, &params, ret, err) : status;
}

/* Ended early, the rest is written by the next. */
static Status campaigns_write(CampaignLive *live, Rebuild *all, const DbResult *rows, Error *err)
{
    int count = db_rows(rows);
    Written *written = mem_alloc(((size_t)count + 1) * sizeof *written);
    Status status = STATUS_OK;
    int done = 0;
    int at = 0;
    for (; status == STATUS_OK && done < count; done++) {
        int64_t campaign_no = db_i64(rows, done, COLUMN_NO);
        written[done] = (Written){(int32_t)campaign_no, campaign_sum(live, rows, done)};
        if (!campaign_is_written(live, &written[done], &at)) {
            if (!rebuild_goes_on(all)) {
                break;
            }
            status = campaign_write(live, all, campaign_no, err);
        }
    }
    free(live->written);
    live->written = written;
    live->written_count = status == STATUS_OK ? done : 0;
    return status;
}

Status campaign_live_tick(CampaignLive *live, Rebuild *all, Error *err)
{
    AUTO_RESULT *rows = NULL;
    if (live->looked_ms != 0 && clock_mono_ms() < live->looked_ms + SECOND_MS) {
        return STATUS_OK;
    }
    live->looked_ms = clock_mono_ms();
    Status status = answers_read(live, all->db, all->now_us, err);
    if (status == STATUS_OK) {
        status = campaigns_look(all->db, &rows, err);
    }
    return status == STATUS_OK ? campaigns_write(live, all, rows, err) : status;
}
