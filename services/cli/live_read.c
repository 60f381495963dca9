#include "cli/live_read.h"

#include <string.h>

#include "base/mem.h"

struct LiveRead {
    Redis *redis;
    const char *ns;
};

/* Columns that are made of several fields. */
static const struct LivePrefix {
    const char *column;
    const char *prefix;
} live_prefixes[] = {{"statuses", "status:"}, {"answers", "answer:"}, {"why", "why:"}};

Status live_read_check(LiveRead *live, Error *err)
{
    char marker[LIVE_KEY_SIZE];
    char probe[LIVE_KEY_SIZE];
    AUTO_REPLY *state = NULL;
    AUTO_REPLY *alive = NULL;
    live_key(marker, live->ns, LIVE_MARKER, NULL);
    live_key(probe, live->ns, LIVE_PROBE, NULL);
    const char *const look[] = {"HGET", marker, "state", NULL};
    const char *const ask[] = {"EXISTS", probe, NULL};
    Status status = redis_ask(live->redis, look, &state, err);
    if (status == STATUS_OK) {
        status = redis_ask(live->redis, ask, &alive, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (strcmp(redis_text(state), "whole") != 0) {
        return error_set(err, STATUS_RETRY, "redis_stale", "Redis is not whole (yet)");
    }
    return redis_number(alive) == 1
               ? STATUS_OK
               : error_set(err, STATUS_RETRY, "redis_stale", "no leadspool-stats is at work");
}

LiveRead *live_read_new(Cli *cli)
{
    LiveRead *live = mem_alloc(sizeof *live);
    live->redis = redis_new(cli->config.redis_url, "leadspool-cli");
    live->ns = cli->config.ns;
    return live;
}

void live_read_close(LiveRead *live)
{
    if (live != NULL) {
        redis_free(live->redis);
        free(live);
    }
}

Status live_read_hash(LiveRead *live, LiveKind kind, const char *id, RedisReply **ret, Error *err)
{
    return live_read_hashes(live, kind, &id, 1, ret, err);
}

Status live_read_hashes(LiveRead *live,
                        LiveKind kind,
                        const char *const ids[],
                        int count,
                        RedisReply *ret[],
                        Error *err)
{
    Status status = STATUS_OK;
    for (int i = 0; i < count; i++) {
        ret[i] = NULL;
    }
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        char key[LIVE_KEY_SIZE];
        live_key(key, live->ns, kind, ids[i]);
        const char *const words[] = {"HGETALL", key, NULL};
        status = redis_add_words(live->redis, words, err);
    }
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        status = redis_take(live->redis, &ret[i], err);
        if (status == STATUS_OK && redis_size(ret[i]) == 0) {
            redis_reply_free(ret[i]);
            ret[i] = NULL;
        }
    }
    if (status != STATUS_OK) {
        redis_drop(live->redis); /* replies may be open */
    }
    return status;
}

Status
live_read_members(LiveRead *live, LiveKind kind, const char *id, RedisReply **ret, Error *err)
{
    char key[LIVE_KEY_SIZE];
    live_key(key, live->ns, kind, id);
    const char *const words[] = {"SMEMBERS", key, NULL};
    return redis_ask(live->redis, words, ret, err);
}

/* ---- rows ---- */

static void parts_add(const RedisReply *hash, const char *prefix, Table *table)
{
    AUTO_STRBUF json = STRBUF_INIT;
    size_t len = strlen(prefix);
    for (int i = 0; i + 1 < redis_size(hash); i += 2) {
        const char *name = redis_text(redis_at(hash, i));
        if (strncmp(name, prefix, len) == 0) {
            strbuf_addc(&json, json.len > 0 ? ',' : '{');
            strbuf_add_json(&json, name + len, strlen(name + len));
            strbuf_addf(&json, ":%s", redis_text(redis_at(hash, i + 1)));
        }
    }
    strbuf_adds(&json, json.len > 0 ? "}" : "{}");
    table_add(table, json.data);
}

static const char *prefix_of(const char *column)
{
    for (size_t i = 0; i < sizeof live_prefixes / sizeof live_prefixes[0]; i++) {
        if (strcmp(live_prefixes[i].column, column) == 0) {
            return live_prefixes[i].prefix;
        }
    }
    return "?";
}

void live_read_row(const RedisReply *hash, Table *table)
{
    for (const TableColumn *column = table->columns; column->name != NULL; column++) {
        const char *value = redis_field(hash, column->name);
        if (column->type == TABLE_JSON) {
            parts_add(hash, prefix_of(column->name), table);
        } else if (column->type == TABLE_BOOL) {
            table_add_bool(table, value != NULL && strcmp(value, "1") == 0);
        } else if (strcmp(column->name, "source") == 0) {
            table_add(table, "redis");
        } else {
            table_add(table, value != NULL && value[0] != '\0' ? value : NULL);
        }
    }
}
