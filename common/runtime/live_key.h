/* live_key.h - the names of all Redis keys (schemas/redis.md). Layer: runtime; pure.
 *
 * leadspool-stats alone writes them; the command line reads. Ids are [A-Za-z0-9_-]{1,64} and need
 * no escapes; ns is what every key and the channel begin with. */
#pragma once

#include <stdbool.h>

enum { LIVE_KEY_SIZE = 128, LIVE_ID_SIZE = 65 };

typedef enum LiveKind {
    LIVE_LIST_STATS,     /* NS:list:ID:stats */
    LIVE_LIST_NOW,       /* NS:list:ID:now */
    LIVE_CAMPAIGN_STATS, /* NS:campaign:ID:stats */
    LIVE_CAMPAIGN_LISTS, /* NS:campaign:ID:lists, a set of list ids */
    LIVE_JOB,            /* NS:job:ID */
    LIVE_CAMPAIGNS,      /* NS:campaigns, a set of campaign ids */
    LIVE_MARKER,         /* NS:stats:marker */
    LIVE_PROBE,          /* NS:stats:probe */
    LIVE_CHANGES,        /* NS:changes, a channel */
    LIVE_KIND_END,
} LiveKind;

/* id: NULL for the kinds that have none. */
void live_key(char ret[LIVE_KEY_SIZE], const char *ns, LiveKind kind, const char *id);
/* Of which kind is the key, and whose (ret_id, "" where there is none)? False: of none of them. */
bool live_key_parse(const char *key, const char *ns, LiveKind *ret_kind, char ret_id[LIVE_ID_SIZE]);
