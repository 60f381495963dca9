/* live_store.h - writes hashes into Redis, many at a time. Layer: services/stats.
 *
 * One LiveStore is one connection, used by one thread. What goes wrong is noted in the process's
 * LiveHealth. */
#pragma once

#include "adapters/redis.h"
#include "base/config.h"
#include "runtime/live_hash.h"
#include "runtime/live_key.h"
#include "stats/live_health.h"

typedef struct LiveStore LiveStore;

typedef enum LiveMode {
    LIVE_NEWER, /* as live_script.h has them */
    LIVE_SAME,
    LIVE_FORCE,
} LiveMode;

typedef enum LiveResult {
    LIVE_OLDER = -1, /* something newer is there */
    LIVE_THERE = 0,
    LIVE_STORED = 1,
} LiveResult;

/* One hash. The version is told by its fields epoch and version. */
typedef struct LiveWrite {
    char key[LIVE_KEY_SIZE];
    LiveMode mode;
    const char *seen[2]; /* borrowed: epoch and version that must still stand there; NULL: any */
    int64_t expire_s;    /* 0: never */
    LiveHash hash;
    LiveResult result;               /* filled by live_store_write() */
    char campaign_was[LIVE_ID_SIZE]; /* the same: campaign_id of the hash that stood there; "" */
} LiveWrite;

/* cfg and health are borrowed. */
LiveStore *live_store_new(const Config *cfg, LiveHealth *health, const char *name);
void live_store_free(LiveStore *store);
const char *live_store_ns(const LiveStore *store);
/* How often it connected. */
int64_t live_store_connects(const LiveStore *store);

/* Up to a few hundred in one round trip. STATUS_RETRY: any of them may have been written. */
Status live_store_write(LiveStore *store, LiveWrite writes[], int count, Error *err) MUST_CHECK;

/* Any commands, each ended by NULL, in one round trip; their replies are not wanted. A key of
 * another type than its command needs is removed, and STATUS_RETRY. */
enum { LIVE_COMMAND_WORDS = 5 };
typedef const char *LiveCommand[LIVE_COMMAND_WORDS];
Status live_store_tell(LiveStore *store, LiveCommand commands[], int count, Error *err) MUST_CHECK;
/* The same, with their replies, owned by the caller (redis_reply_free); NULL behind one that
 * failed. */
Status live_store_read(
    LiveStore *store, LiveCommand commands[], int count, RedisReply *ret[], Error *err) MUST_CHECK;
/* What stood at a key of ours was of another type, and gives way: a line in the log. */
void live_store_tell_wrong_type(const char *key, const char *type);
/* One command. */
Status live_store_ask(LiveStore *store, const char *const words[], RedisReply **ret, Error *err)
    MUST_CHECK;
/* One that reads the hash words[1]; *ret NULL when that key is none. */
Status live_store_ask_hash(LiveStore *store,
                           const char *const words[],
                           RedisReply **ret,
                           Error *err) MUST_CHECK;
