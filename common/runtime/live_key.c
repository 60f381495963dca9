#include "runtime/live_key.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* What stands before and behind the id; behind NULL: there is no id. */
static const struct LiveName {
    const char *before;
    const char *behind;
} live_names[LIVE_KIND_END] = {
    [LIVE_LIST_STATS] = {"list:", ":stats"},
    [LIVE_LIST_NOW] = {"list:", ":now"},
    [LIVE_CAMPAIGN_STATS] = {"campaign:", ":stats"},
    [LIVE_CAMPAIGN_LISTS] = {"campaign:", ":lists"},
    [LIVE_JOB] = {"job:", ""},
    [LIVE_CAMPAIGNS] = {"campaigns", NULL},
    [LIVE_MARKER] = {"stats:marker", NULL},
    [LIVE_PROBE] = {"stats:probe", NULL},
    [LIVE_CHANGES] = {"changes", NULL},
};

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
