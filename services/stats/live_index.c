#include "stats/live_index.h"

#include <string.h>

#include "base/mem.h"

/* For one list: at most this many commands. */
enum { INDEX_COMMANDS = 3 };

typedef struct IndexKeys {
    char campaigns[LIVE_KEY_SIZE];
    char lists[LIVE_KEY_SIZE];
    char lists_was[LIVE_KEY_SIZE];
    char now[LIVE_KEY_SIZE];
} IndexKeys;

static void add(LiveCommand *to, int *count, const char *verb, const char *key, const char *member)
{
    const char **words = to[(*count)++];
    words[0] = verb;
    words[1] = key;
    words[2] = member;
    words[3] = NULL;
}

static void
index_list(const char *ns, const LiveWrite *write, IndexKeys *keys, LiveCommand *to, int *count)
{
    const char *list_id = live_hash_get(&write->hash, "list_id");
    const char *campaign_id = live_hash_get(&write->hash, "campaign_id");
    if (campaign_id != NULL) {
        live_key(keys->campaigns, ns, LIVE_CAMPAIGNS, NULL);
        live_key(keys->lists, ns, LIVE_CAMPAIGN_LISTS, campaign_id);
        add(to, count, "SADD", keys->lists, list_id);
        add(to, count, "SADD", keys->campaigns, campaign_id);
    } else {
        live_key(keys->now, ns, LIVE_LIST_NOW, list_id);
        add(to, count, "DEL", keys->now, NULL);
    }
    if (write->campaign_was[0] != '\0' &&
        (campaign_id == NULL || strcmp(campaign_id, write->campaign_was) != 0)) {
        live_key(keys->lists_was, ns, LIVE_CAMPAIGN_LISTS, write->campaign_was);
        add(to, count, "SREM", keys->lists_was, list_id);
    }
}

/* Lists whose hash is as it was written, whoever did so: the one that did may have died since. */
static bool is_of_list(const LiveStore *store, const LiveWrite *write)
{
    LiveKind kind;
    char id[LIVE_ID_SIZE];
    return write->result != LIVE_OLDER &&
           live_key_parse(write->key, live_store_ns(store), &kind, id) && kind == LIVE_LIST_STATS;
}

/* ---- the hash has the last word ---- */

static void ask_campaign(const LiveWrite *write, LiveCommand to)
{
    to[0] = "HGET";
    to[1] = write->key;
    to[2] = "campaign_id";
    to[3] = NULL;
}

/* Another process may have moved the list on between its hash and its index of here. */
static void take_back(LiveStore *store,
                      const LiveWrite *write,
                      const RedisReply *campaign,
                      IndexKeys *keys,
                      LiveCommand *to,
                      int *count)
{
    const char *mine = live_hash_get(&write->hash, "campaign_id");
    if (mine != NULL && strcmp(redis_text(campaign), mine) != 0) {
        live_key(keys->lists, live_store_ns(store), LIVE_CAMPAIGN_LISTS, mine);
        add(to, count, "SREM", keys->lists, live_hash_get(&write->hash, "list_id"));
    }
}

static Status index_settle(LiveStore *store,
                           const LiveWrite *const lists[],
                           int count,
                           IndexKeys *keys,
                           LiveCommand *commands,
                           Error *err)
{
    AUTO_FREE RedisReply **campaigns = mem_alloc(((size_t)count + 1) * sizeof(RedisReply *));
    int total = 0;
    for (int i = 0; i < count; i++) {
        ask_campaign(lists[i], commands[i]);
    }
    Status status = live_store_read(store, commands, count, campaigns, err);
    for (int i = 0; i < count; i++) {
        if (status == STATUS_OK) {
            take_back(store, lists[i], campaigns[i], &keys[i], commands, &total);
        }
        redis_reply_free(campaigns[i]);
    }
    return status == STATUS_OK ? live_store_tell(store, commands, total, err) : status;
}

Status live_index_lists(LiveStore *store, const LiveWrite writes[], int count, Error *err)
{
    size_t most = (size_t)count + 1;
    AUTO_FREE IndexKeys *keys = mem_alloc(most * sizeof *keys);
    AUTO_FREE LiveCommand *commands = mem_alloc(most * INDEX_COMMANDS * sizeof *commands);
    AUTO_FREE const LiveWrite **lists = mem_alloc(most * sizeof *lists);
    int found = 0;
    int total = 0;
    for (int i = 0; i < count; i++) {
        if (is_of_list(store, &writes[i])) {
            index_list(live_store_ns(store), &writes[i], &keys[found], commands, &total);
            lists[found++] = &writes[i];
        }
    }
    Status status = live_store_tell(store, commands, total, err);
    return status == STATUS_OK ? index_settle(store, lists, found, keys, commands, err) : status;
}
