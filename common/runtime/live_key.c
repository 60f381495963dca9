#include "runtime/live_key.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* What stands before and behind the id; behind NULL: there is no id. */
static const struct LiveName {
    const char *before;
    const char *behind;
    LiveKeySpec spec;
} live_names[LIVE_KIND_END] = {
    [LIVE_LIST_STATS] = {"list:",
                         ":stats",
                         {"hash", "the counters of a list, exact at their version",
                          "8 days after the list was deleted"}},
    [LIVE_LIST_NOW] = {"list:",
                       ":now",
                       {"hash", "what a list shows with the time it was taken",
                        "an hour after it was taken"}},
    [LIVE_CAMPAIGN_STATS] = {"campaign:",
                             ":stats",
                             {"hash", "sums over the lists of a campaign, its offers and answers",
                              "never"}},
    [LIVE_CAMPAIGN_LISTS] = {"campaign:", ":lists", {"set", "ids of its lists", "never"}},
    [LIVE_JOB] = {"job:", "", {"hash", "a job", "a day after its end"}},
    [LIVE_CAMPAIGNS] = {"campaigns",
                        NULL,
                        {"set", "ids of all campaigns that have lists", "never"}},
    [LIVE_MARKER] = {"stats:marker",
                     NULL,
                     {"hash", "epoch, run_id, at, state (building, whole) of the last rebuild",
                      "never"}},
    [LIVE_PROBE] = {"stats:probe",
                    NULL,
                    {"string", "there while a leadspool-stats is at work", "10 s"}},
    [LIVE_CHANGES] = {"changes",
                      NULL,
                      {"channel", "{\"key\", \"epoch\", \"version\"} for each hash that was stored",
                       ""}},
};

const LiveKeySpec *live_key_spec(LiveKind kind)
{
    return &live_names[kind].spec;
}

void live_key(char ret[LIVE_KEY_SIZE], const char *ns, LiveKind kind, const char *id)
{
    const struct LiveName *name = &live_names[kind];
    bool has_id = name->behind != NULL;
    snprintf(ret, LIVE_KEY_SIZE, "%s:%s%s%s", ns, name->before, has_id ? id : "",
             has_id ? name->behind : "");
}

static bool live_name_fits(const struct LiveName *name, const char *rest, char ret_id[LIVE_ID_SIZE])
{
    size_t before = strlen(name->before);
    if (name->behind == NULL) {
        return strcmp(rest, name->before) == 0;
    }
    size_t behind = strlen(name->behind);
    size_t len = strlen(rest);
    if (strncmp(rest, name->before, before) != 0 || len <= before + behind ||
        strcmp(rest + len - behind, name->behind) != 0) {
        return false;
    }
    size_t id_len = len - before - behind;
    if (id_len >= LIVE_ID_SIZE || memchr(rest + before, ':', id_len) != NULL) {
        return false;
    }
    memcpy(ret_id, rest + before, id_len);
    ret_id[id_len] = '\0';
    return true;
}

bool live_key_parse(const char *key, const char *ns, LiveKind *ret_kind, char ret_id[LIVE_ID_SIZE])
{
    size_t ns_len = strlen(ns);
    if (strncmp(key, ns, ns_len) != 0 || key[ns_len] != ':') {
        return false;
    }
    for (LiveKind kind = 0; kind < LIVE_CHANGES; kind++) {
        ret_id[0] = '\0';
        if (live_name_fits(&live_names[kind], key + ns_len + 1, ret_id)) {
            *ret_kind = kind;
            return true;
        }
    }
    return false;
}
