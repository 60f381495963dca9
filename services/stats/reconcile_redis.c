#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "runtime/list_figures.h"
#include "sql_queries.h"
#include "stats/rebuild.h"
#include "stats/reconcile.h"

enum { LOOKS = 40, LOOK_NAP_MS = 50 };

/* ---- what both have ---- */

static Status read_record(Reconcile *job, ListFigures *ret, bool *ret_there, Error *err)
{
    AUTO_TX Db *tx = job->run->db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? list_figures_find(tx, job->list_id, ret, ret_there, err) : status;
}

static Status read_redis(Reconcile *job, RedisReply **ret, Error *err)
{
    char key[LIVE_KEY_SIZE];
    live_key(key, live_store_ns(job->store), LIVE_LIST_STATS, job->list_id);
    const char *const words[] = {"HGETALL", key, NULL};
    return live_store_ask_hash(job->store, words, ret, err);
}

/* ---- at the same version ---- */

/* A number that JSON can say exactly. */
static bool is_count(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= 18 && strspn(text, "0123456789") == len &&
           (text[0] != '0' || len == 1);
}

static bool field_is_counter(const char *name)
{
    static const char *const others[] = {"list_id", "campaign_id", "epoch",   "version",
                                         "life",    "penetration", "coverage"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(name, others[i]) == 0) {
            return false;
        }
    }
    return true;
}

static void note_counter(Reconcile *job, const char *name, const char *has, const char *should)
{
    if (field_is_counter(name)) {
        strbuf_addf(&job->counters, "%s{\"name\":\"%s\",\"was\":%s,\"is\":%s}",
                    job->counters.len > 0 ? "," : "", name,
                    has != NULL && is_count(has) ? has : "null", should);
    }
}

static bool compare_fields(Reconcile *job, const RedisReply *hash, const ListFigures *figures)
{
    AUTO_HASH wanted;
    live_hash_init(&wanted);
    list_figures_hash(figures, &wanted);
    const char *name;
    const char *value;
    bool same = redis_size(hash) == 2 * wanted.count;
    if (!same) {
        reconcile_problem(job, "redis", "fields", "others", "those of the record");
    }
    for (size_t at = 0; live_hash_next(&wanted, &at, &name, &value);) {
        const char *has = redis_field(hash, name);
        if (has == NULL || strcmp(has, value) != 0) {
            reconcile_problem(job, "redis", name, has != NULL ? has : "nothing", value);
            note_counter(job, name, has, value);
            same = false;
        }
    }
    return same;
}

/* ---- until both are at the same version ---- */

static int64_t version_of(const RedisReply *hash)
{
    const char *version = hash != NULL ? redis_field(hash, "version") : NULL;
    return version != NULL ? strtoll(version, NULL, 10) : -1;
}

static void tell_place(Reconcile *job, int place, const RedisReply *hash, int64_t version)
{
    char should[24];
    const char *has = hash != NULL ? redis_field(hash, "version") : NULL;
    snprintf(should, sizeof should, "%" PRId64, version);
    reconcile_problem(job, "redis", place < 0 ? "behind" : "ahead", has != NULL ? has : "nothing",
                      should);
}

/* Redis first: what the record has then is no older. Redis behind it waits for a message. */
static Status compare(Reconcile *job, bool *ret_same, Error *err)
{
    int64_t first = INT64_MAX;
    *ret_same = true;
    for (int i = 0;; i++) {
        AUTO_FIGURES figures = {.statuses = NULL};
        AUTO_REPLY *hash = NULL;
        bool there = false;
        Status status = read_redis(job, &hash, err);
        if (status == STATUS_OK) {
            status = read_record(job, &figures, &there, err);
        }
        if (status != STATUS_OK || !there || job_run_should_stop(job->run)) {
            return status;
        }
        int place = list_figures_place(hash, &figures);
        if (place == 0) {
            *ret_same = compare_fields(job, hash, &figures);
            return STATUS_OK;
        }
        if (place > 0 || i >= LOOKS) {
            bool follows = place < 0 && version_of(hash) > first;
            *ret_same = follows;
            if (!follows) {
                tell_place(job, place, hash, figures.version);
            }
            return STATUS_OK;
        }
        first = i == 0 ? version_of(hash) : first;
        clock_nap(LOOK_NAP_MS);
    }
}

/* ---- mending ---- */

/* Nothing of the record moves but the list's version, so that the event has one of its own. */
static Status audit_held(Reconcile *job, Db *tx, ListDelta *delta, bool *ret_wanted, Error *err)
{
    (void)job, (void)tx, (void)delta, (void)err;
    *ret_wanted = true;
    return STATUS_OK;
}

/* The event first: whoever dies in between has told it, and its list.stats mends Redis, too. Then
 * as a rebuild does: what the list's messages wrote meanwhile is newer, and stays. */
static Status mend(Reconcile *job, bool *ret_mended, Error *err)
{
    DbArray one = {0};
    Status status = reconcile_mend(job, "redis", audit_held, ret_mended, err);
    if (status != STATUS_OK) {
        return status;
    }
    Rebuild rebuild = {.db = job->run->db, .store = job->store, .now_us = clock_now_us()};
    db_array_begin(&one, DB_ARRAY_TEXT);
    db_array_string(&one, job->list_id);
    status = rebuild_lists(&rebuild, &one, err);
    db_array_done(&one);
    return status;
}

Status reconcile_redis(Reconcile *job, bool *ret_same, bool *ret_mended, Error *err)
{
    strbuf_reset(&job->counters);
    Status status = compare(job, ret_same, err);
    return status == STATUS_OK && !*ret_same && job->repair ? mend(job, ret_mended, err) : status;
}
