/* live_key.h - all Redis keys, in one table (schemas/redis.md). Layer: runtime; pure.
 *
 * leadspool-stats alone writes them; the command line reads. Ids are [A-Za-z0-9_-]{1,64} and need
 * no escapes; ns is what every key and the channel begin with. */
#pragma once

#include <stdbool.h>

enum { LIVE_KEY_SIZE = 128, LIVE_ID_SIZE = 65 };

typedef enum LiveKind {
    LIVE_LIST_STATS,
    LIVE_LIST_NOW,
    LIVE_CAMPAIGN_STATS,
    LIVE_CAMPAIGN_LISTS,
    LIVE_JOB,
    LIVE_CAMPAIGNS,
    LIVE_MARKER,
    LIVE_PROBE,
    LIVE_CHANGES,
    LIVE_KIND_END,
} LiveKind;

/* For people; schemas/redis.md is checked against it. */
typedef struct LiveKeySpec {
    const char *type; /* hash, set, string, channel */
    const char *about;
    const char *expires; /* "": it is no key */
} LiveKeySpec;
const LiveKeySpec *live_key_spec(LiveKind kind);

/* id: NULL for the kinds that have none. */
void live_key(char ret[LIVE_KEY_SIZE], const char *ns, LiveKind kind, const char *id);
/* Of which kind is the key, and whose (ret_id, "" where there is none)? False: of none of them. */
bool live_key_parse(const char *key, const char *ns, LiveKind *ret_kind, char ret_id[LIVE_ID_SIZE]);
