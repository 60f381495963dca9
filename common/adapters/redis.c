#include "adapters/redis.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "adapters/redis_url.h"
#include "base/mem.h"

enum { REDIS_WAIT_S = 2, REDIS_NUMBER_SIZE = 16 };

struct Redis {
    char *url;
    char *name;
    redisContext *context; /* NULL: not connected */
    int64_t connects;
    int open; /* replies not taken yet */
};

struct RedisReply {
    redisReply reply; /* never made: what is given out is hiredis's own */
};

/* First word of a server's error, and what it means here. */
static const struct RedisTrouble {
    const char *word;
    const char *code;
} redis_troubles[] = {
    {"LOADING", "redis_loading"},
    {"MASTERDOWN", "redis_loading"},
    {"CLUSTERDOWN", "redis_loading"},
    {"READONLY", "redis_read_only"},
    {"NOREPLICAS", "redis_read_only"},
    {"MISCONF", "redis_read_only"},
    {"BUSY", "redis_busy"},
    {"TRYAGAIN", "redis_busy"},
    {"OOM", "redis_full"},
    {"NOAUTH", "redis_denied"},
    {"WRONGPASS", "redis_denied"},
    {"NOPERM", "redis_denied"},
    {"WRONGTYPE", "redis_wrong_type"},
    {"NOSCRIPT", "redis_no_script"},
};

Redis *redis_new(const char *url, const char *name)
{
    Redis *redis = mem_alloc(sizeof *redis);
    redis->url = mem_strdup(url);
    redis->name = mem_strdup(name);
    return redis;
}

void redis_free(Redis *redis)
{
    if (redis != NULL) {
        redis_drop(redis);
        free(redis->url);
        free(redis->name);
        free(redis);
    }
}

void redis_drop(Redis *redis)
{
    if (redis->context != NULL) {
        redisFree(redis->context);
        redis->context = NULL;
    }
    redis->open = 0;
}

int64_t redis_connects(const Redis *redis)
{
    return redis->connects;
}

int redis_open_replies(const Redis *redis)
{
    return redis->open;
}

static bool redis_was_closed(const redisContext *context)
{
    return context != NULL &&
           (context->err == REDIS_ERR_EOF ||
            (context->err == REDIS_ERR_IO && (errno == EPIPE || errno == ECONNRESET)));
}

/* After a call of hiredis failed: why, and the connection is given up. */
static Status redis_lost(Redis *redis, Error *err)
{
    const redisContext *context = redis->context;
    Status status =
        error_set(err, STATUS_RETRY, redis_was_closed(context) ? "redis_closed" : "redis_away",
                  "Redis is out of reach: %s", context != NULL ? context->errstr : "no memory");
    redis_drop(redis);
    return status;
}

/* The text of a server's error: a script's own begins with what it met. */
static Status redis_trouble(const char *text, Error *err)
{
    for (size_t i = 0; i < sizeof redis_troubles / sizeof redis_troubles[0]; i++) {
        const char *word = redis_troubles[i].word;
        size_t len = strlen(word);
        text += text[0] == '-' ? 1 : 0;
        if (strncmp(text, word, len) == 0 && (text[len] == ' ' || text[len] == '\0')) {
            return error_set(err, STATUS_RETRY, redis_troubles[i].code, "Redis says: %s", text);
        }
    }
    return error_set(err, STATUS_RETRY, "redis_refused", "Redis says: %s", text);
}

/* ---- connecting ---- */

static Status redis_greet(Redis *redis, const RedisUrl *url, Error *err)
{
    char db[REDIS_NUMBER_SIZE];
    snprintf(db, sizeof db, "%d", url->db);
    const char *auth[] = {"AUTH", url->user[0] != '\0' ? url->user : "default", url->password,
                          NULL};
    const char *auth_only[] = {"AUTH", url->password, NULL};
    const char *named[] = {"CLIENT", "SETNAME", redis->name, NULL};
    const char *select[] = {"SELECT", db, NULL};
    Status status = STATUS_OK;
    if (url->password[0] != '\0') {
        status = redis_ask(redis, url->user[0] != '\0' ? auth : auth_only, NULL, err);
    }
    if (status == STATUS_OK && url->db != 0) {
        status = redis_ask(redis, select, NULL, err);
    }
    Error unnamed; /* a user who may not is served all the same */
    if (status == STATUS_OK && redis_ask(redis, named, NULL, &unnamed) != STATUS_OK &&
        redis->context == NULL) {
        *err = unnamed;
        return STATUS_RETRY;
    }
    return status;
}

Status redis_connect(Redis *redis, Error *err)
{
    if (redis->context != NULL) {
        return STATUS_OK;
    }
    RedisUrl url;
    Status status = redis_url_parse(redis->url, &url, err);
    if (status != STATUS_OK) {
        return status;
    }
    struct timeval wait = {.tv_sec = REDIS_WAIT_S};
    redis->context = url.host[0] != '\0' ? redisConnectWithTimeout(url.host, url.port, wait)
                                         : redisConnectUnixWithTimeout(url.path, wait);
    if (redis->context == NULL || redis->context->err != 0) {
        return redis_lost(redis, err);
    }
    redisSetTimeout(redis->context, wait);
    if (url.host[0] != '\0') { /* on a Unix socket it fails, and hiredis gives the connection up */
        redisEnableKeepAlive(redis->context);
    }
    redis->connects++;
    status = redis_greet(redis, &url, err);
    if (status != STATUS_OK) {
        redis_drop(redis);
    }
    return status;
}

/* ---- commands ---- */

void redis_word_bytes(RedisWords *words, const char *bytes, size_t len)
{
    if (words->count < REDIS_WORDS_MAX) {
        words->words[words->count] = bytes;
        words->lengths[words->count++] = len;
    }
}

void redis_word(RedisWords *words, const char *text)
{
    redis_word_bytes(words, text, strlen(text));
}

Status redis_add(Redis *redis, const RedisWords *words, Error *err)
{
    Status status = redis_connect(redis, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (redisAppendCommandArgv(redis->context, words->count, (const char **)words->words,
                               words->lengths) != REDIS_OK) {
        return redis_lost(redis, err);
    }
    redis->open++;
    return STATUS_OK;
}

Status redis_add_words(Redis *redis, const char *const words[], Error *err)
{
    RedisWords all = {0};
    for (int i = 0; words[i] != NULL; i++) {
        redis_word(&all, words[i]);
    }
    return redis_add(redis, &all, err);
}

Status redis_take(Redis *redis, RedisReply **ret, Error *err)
{
    void *reply = NULL;
    if (redis->context == NULL) {
        return error_set(err, STATUS_RETRY, "redis_away", "the connection to Redis was lost");
    }
    if (redisGetReply(redis->context, &reply) != REDIS_OK) {
        return redis_lost(redis, err);
    }
    redis->open--;
    const redisReply *known = reply;
    Status status = known->type == REDIS_REPLY_ERROR ? redis_trouble(known->str, err) : STATUS_OK;
    if (status != STATUS_OK || ret == NULL) {
        freeReplyObject(reply);
        return status;
    }
    *ret = reply;
    return STATUS_OK;
}

Status redis_ask(Redis *redis, const char *const words[], RedisReply **ret, Error *err)
{
    Status status = redis_add_words(redis, words, err);
    return status == STATUS_OK ? redis_take(redis, ret, err) : status;
}

/* ---- replies ---- */

void redis_reply_free(RedisReply *reply)
{
    if (reply != NULL) {
        freeReplyObject(reply);
    }
}

RedisKind redis_kind(const RedisReply *reply)
{
    switch (reply->reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        return REDIS_TEXT;
    case REDIS_REPLY_INTEGER:
        return REDIS_NUMBER;
    case REDIS_REPLY_ARRAY:
        return REDIS_ARRAY;
    default:
        return REDIS_NIL;
    }
}

const char *redis_text(const RedisReply *reply)
{
    return redis_kind(reply) == REDIS_TEXT ? reply->reply.str : "";
}

int64_t redis_number(const RedisReply *reply)
{
    return redis_kind(reply) == REDIS_NUMBER ? reply->reply.integer : 0;
}

int redis_size(const RedisReply *reply)
{
    return redis_kind(reply) == REDIS_ARRAY ? (int)reply->reply.elements : 0;
}

const RedisReply *redis_at(const RedisReply *reply, int index)
{
    return (const RedisReply *)reply->reply.element[index];
}

const char *redis_field(const RedisReply *reply, const char *name)
{
    for (int i = 0; i + 1 < redis_size(reply); i += 2) {
        if (strcmp(redis_text(redis_at(reply, i)), name) == 0) {
            return redis_text(redis_at(reply, i + 1));
        }
    }
    return NULL;
}
