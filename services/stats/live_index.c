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

Status live_index_lists(LiveStore *store, const LiveWrite writes[], int count, Error *err)
{
    AUTO_FREE IndexKeys *keys = mem_alloc(((size_t)count + 1) * sizeof *keys);
    AUTO_FREE LiveCommand *commands =
        mem_alloc(((size_t)count * INDEX_COMMANDS + 1) * sizeof *commands);
    int total = 0;
    for (int i = 0; i < count; i++) {
        LiveKind kind;
        char id[LIVE_ID_SIZE];
        bool list = live_key_parse(writes[i].key, live_store_ns(store), &kind, id) &&
                    kind == LIVE_LIST_STATS;
        bool mends = writes[i].result == LIVE_THERE && writes[i].mode != LIVE_NEWER;
        if (list && (writes[i].result == LIVE_STORED || mends)) { /* a newer one has done so */
            index_list(live_store_ns(store), &writes[i], &keys[i], commands, &total);
        }
    }
    return live_store_tell(store, commands, total, err);
}
