#include "stats/live_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/guard.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric_table.h"
#include "stats/live_script.h"

static const char *const store_results[] = {"older", "there", "stored"};

struct LiveStore {
    Redis *redis;
    LiveHealth *health;
    const char *ns;
    char channel[LIVE_KEY_SIZE];
    char sha[41];
    int64_t loaded_connects; /* the script is known to the server since this connect; 0: not yet */
};

LiveStore *live_store_new(const Config *cfg, LiveHealth *health, const char *name)
{
    LiveStore *store = mem_alloc(sizeof *store);
    store->redis = redis_new(cfg->redis_url, name);
    store->health = health;
    store->ns = cfg->ns;
    live_key(store->channel, cfg->ns, LIVE_CHANGES, NULL);
    hash_sha1_hex(live_script, strlen(live_script), store->sha);
    return store;
}

void live_store_free(LiveStore *store)
{
    if (store != NULL) {
        redis_free(store->redis);
        free(store);
    }
}

const char *live_store_ns(const LiveStore *store)
{
    return store->ns;
}

int64_t live_store_connects(const LiveStore *store)
{
    return redis_connects(store->redis);
}

static Status store_trouble(LiveStore *store, Status status, const Error *err)
{
    if (status != STATUS_OK) {
        redis_drop(store->redis); /* replies may be open */
        live_health_trouble(store->health, err);
    }
    return status;
}

void live_store_tell_wrong_type(const char *key, const char *type)
{
    static LogRate rate = LOG_RATE_INIT(20, 60000);
    log_rate_limited(&rate, LOG_LEVEL_WARN, "redis.wrong_type", " key=%s type=%s", key, type);
}

/* ---- hashes ---- */

static Status write_add(LiveStore *store, const LiveWrite *write, bool whole_script, Error *err)
{
    static const char *const modes[] = {"newer", "same", "force"};
    char expire[24];
    snprintf(expire, sizeof expire, "%" PRId64, write->expire_s);
    RedisWords words = {0};
    redis_word(&words, whole_script ? "EVAL" : "EVALSHA");
    redis_word(&words, whole_script ? live_script : store->sha);
    redis_word(&words, "1");
    redis_word(&words, write->key);
    redis_word(&words, modes[BROKEN(REDIS_NEWER) ? LIVE_FORCE : write->mode]);
    redis_word(&words, store->channel);
    redis_word(&words, expire);
    redis_word(&words, live_hash_get(&write->hash, "epoch"));
    redis_word(&words, live_hash_get(&write->hash, "version"));
    for (int i = 0; i < 2; i++) {
        redis_word(&words, write->seen[i] != NULL ? write->seen[i] : "");
    }
    const char *name;
    const char *value;
    for (size_t at = 0; live_hash_next(&write->hash, &at, &name, &value);) {
        redis_word(&words, name);
        redis_word(&words, value);
    }
    return redis_add(store->redis, &words, err);
}

static Status write_take(LiveStore *store, LiveWrite *write, Error *err)
{
    AUTO_REPLY *reply = NULL;
    Status status = redis_take(store->redis, &reply, err);
    if (status == STATUS_OK && redis_size(reply) != 3) {
        status =
            error_set(err, STATUS_RETRY, "redis_refused", "Redis gave no answer of the script");
    }
    if (status == STATUS_OK) {
        write->result = (LiveResult)redis_number(redis_at(reply, 0));
        snprintf(write->campaign_was, sizeof write->campaign_was, "%s",
                 redis_text(redis_at(reply, 1)));
        metric_add(&metric_redis_writes, 1, store_results[write->result + 1], NULL);
        const char *type = redis_text(redis_at(reply, 2));
        if (type[0] != '\0') {
            live_store_tell_wrong_type(write->key, type);
        }
    }
    return status;
}

/* The first of a connection brings the script along; a server that forgot it says so, and the whole
 * pipeline is sent again. */
static Status write_all(LiveStore *store, LiveWrite writes[], int count, Error *err)
{
    Status status = redis_connect(store->redis, err);
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        bool whole = i == 0 && store->loaded_connects != redis_connects(store->redis);
        status = write_add(store, &writes[i], whole, err);
    }
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        status = write_take(store, &writes[i], err);
    }
    store->loaded_connects = status == STATUS_OK ? redis_connects(store->redis) : 0;
    return status;
}

/* A server that forgot the script, or closed a connection that was idle, is not in trouble. */
static bool is_worth_another(const Error *err)
{
    return strcmp(err->code, "redis_no_script") == 0 || strcmp(err->code, "redis_closed") == 0;
}

Status live_store_write(LiveStore *store, LiveWrite writes[], int count, Error *err)
{
    if (count == 0) {
        return STATUS_OK;
    }
    Status status = write_all(store, writes, count, err);
    if (status != STATUS_OK && is_worth_another(err)) {
        redis_drop(store->redis);
        status = write_all(store, writes, count, err);
    }
    return store_trouble(store, status, err);
}

/* ---- anything else ---- */

/* What somebody else put under a name of ours. */
static void store_clear(LiveStore *store, const char *key)
{
    const char *const ask_type[] = {"TYPE", key, NULL};
    const char *const words[] = {"DEL", key, NULL};
    AUTO_REPLY *type = NULL;
    Error err;
    redis_drop(store->redis);
    if (redis_ask(store->redis, ask_type, &type, &err) == STATUS_OK &&
        redis_ask(store->redis, words, NULL, &err) == STATUS_OK) {
        live_store_tell_wrong_type(key, redis_text(type));
    }
}

static Status
store_pipeline(LiveStore *store, LiveCommand commands[], int count, RedisReply *ret[], Error *err)
{
    Status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        status = redis_add_words(store->redis, commands[i], err);
    }
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        status = redis_take(store->redis, ret != NULL ? &ret[i] : NULL, err);
        if (status != STATUS_OK && strcmp(err->code, "redis_wrong_type") == 0) {
            store_clear(store, commands[i][1]);
        }
    }
    return store_trouble(store, status, err);
}

Status live_store_tell(LiveStore *store, LiveCommand commands[], int count, Error *err)
{
    return store_pipeline(store, commands, count, NULL, err);
}

Status
live_store_read(LiveStore *store, LiveCommand commands[], int count, RedisReply *ret[], Error *err)
{
    memset(ret, 0, (size_t)count * sizeof(RedisReply *));
    return store_pipeline(store, commands, count, ret, err);
}

Status live_store_ask(LiveStore *store, const char *const words[], RedisReply **ret, Error *err)
{
    Status status = redis_ask(store->redis, words, ret, err);
    if (status != STATUS_OK && is_worth_another(err)) {
        status = redis_ask(store->redis, words, ret, err);
    }
    return store_trouble(store, status, err);
}

Status
live_store_ask_hash(LiveStore *store, const char *const words[], RedisReply **ret, Error *err)
{
    const char *const ask_type[] = {"TYPE", words[1], NULL};
    AUTO_REPLY *type = NULL;
    *ret = NULL;
    Status status = live_store_ask(store, ask_type, &type, err);
    return status == STATUS_OK && strcmp(redis_text(type), "hash") == 0
               ? live_store_ask(store, words, ret, err)
               : status;
}
