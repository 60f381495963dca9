/* redis.h - Redis through hiredis. Layer: adapters.
 *
 * One Redis is one connection, used by one thread. Commands are put into a pipeline with
 * redis_add() and their replies taken, in the same order, with redis_take(); the first take sends
 * what was added. Every wait has a deadline of two seconds. A connection that failed is opened
 * again by the next redis_add(); what was in its pipeline is lost.
 *
 * url: redis://[user[:password]@]host[:port][/db] or unix://[user[:password]@]/path[?db=N], user
 * and password percent-encoded.
 *
 * Statuses: STATUS_RETRY for everything that an operator or time mends, with a code: redis_away,
 * redis_closed (a connection that was open is not any more: a new one may do), redis_loading,
 * redis_read_only, redis_busy, redis_full, redis_denied, redis_wrong_type, redis_no_script;
 * redis_refused for what has no code of its own. STATUS_FATAL for a URL that cannot be read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct Redis Redis;

/* url and name (of the connection, as CLIENT LIST shows it) are copied. Does not connect yet. */
Redis *redis_new(const char *url, const char *name);
void redis_free(Redis *redis); /* NULL is allowed */

/* Connects unless connected: greets, chooses the database. */
Status redis_connect(Redis *redis, Error *err) MUST_CHECK;
/* Gives the connection up, with what is in its pipeline. */
void redis_drop(Redis *redis);
/* How often it connected: a change says that another server may have answered since. */
int64_t redis_connects(const Redis *redis);

/* A command's words. Numbers are kept inside; texts are borrowed until redis_add(). */
enum { REDIS_WORDS_MAX = 1200 };
typedef struct RedisWords {
    int count;
    const char *words[REDIS_WORDS_MAX];
    size_t lengths[REDIS_WORDS_MAX];
} RedisWords;
void redis_word(RedisWords *words, const char *text);
void redis_word_bytes(RedisWords *words, const char *bytes, size_t len);

Status redis_add(Redis *redis, const RedisWords *words, Error *err) MUST_CHECK;
/* A command of literal words, the last NULL. */
Status redis_add_words(Redis *redis, const char *const words[], Error *err) MUST_CHECK;

typedef enum RedisKind {
    REDIS_NIL,
    REDIS_TEXT,
    REDIS_NUMBER,
    REDIS_ARRAY,
} RedisKind;

typedef struct RedisReply RedisReply;
/* The next reply of the pipeline. An error that the server gave is a Status here; the connection
 * and the rest of its pipeline go on (unless the code is redis_away or redis_closed). ret may be
 * NULL. */
Status redis_take(Redis *redis, RedisReply **ret, Error *err) MUST_CHECK;
/* Replies not taken yet. */
int redis_open_replies(const Redis *redis);
/* One command, one reply. */
Status redis_ask(Redis *redis, const char *const words[], RedisReply **ret, Error *err) MUST_CHECK;

void redis_reply_free(RedisReply *reply);
RedisKind redis_kind(const RedisReply *reply);
const char *redis_text(const RedisReply *reply); /* borrowed; "" when it is none */
int64_t redis_number(const RedisReply *reply);   /* 0 when it is none */
int redis_size(const RedisReply *reply);         /* elements of an array */
const RedisReply *redis_at(const RedisReply *reply, int index);
/* The value of a field in a reply to HGETALL, or NULL. */
const char *redis_field(const RedisReply *reply, const char *name);

static inline void redis_reply_free_at(RedisReply **reply)
{
    redis_reply_free(*reply);
}
#define AUTO_REPLY __attribute__((cleanup(redis_reply_free_at))) RedisReply
