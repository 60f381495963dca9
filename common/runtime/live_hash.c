#include "runtime/live_hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { RATIO_UNIT = 10000 };

void live_hash_init(LiveHash *hash)
{
    hash->count = 0;
    strbuf_init(&hash->text);
}

void live_hash_done(LiveHash *hash)
{
    strbuf_done(&hash->text);
    hash->count = 0;
}

void live_hash_add(LiveHash *hash, const char *name, const char *value)
{
    strbuf_add(&hash->text, name, strlen(name) + 1);
    strbuf_add(&hash->text, value, strlen(value) + 1);
    hash->count++;
}

void live_hash_add_i64(LiveHash *hash, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    live_hash_add(hash, name, text);
}

void live_hash_add_ratio(LiveHash *hash, const char *name, int64_t part, int64_t whole)
{
    char text[32] = "0";
    if (whole > 0) {
        __extension__ __int128 twice = (__int128)part * RATIO_UNIT * 2 + whole;
        int64_t scaled = (int64_t)(twice / whole / 2);
        snprintf(text, sizeof text, "%" PRId64 ".%04" PRId64, scaled / RATIO_UNIT,
                 scaled % RATIO_UNIT);
    }
    live_hash_add(hash, name, text);
}

bool live_hash_next(const LiveHash *hash, size_t *at, const char **ret_name, const char **ret_value)
{
    if (*at >= hash->text.len) {
        return false;
    }
    *ret_name = hash->text.data + *at;
    *ret_value = *ret_name + strlen(*ret_name) + 1;
    *at = (size_t)(*ret_value - hash->text.data) + strlen(*ret_value) + 1;
    return true;
}

const char *live_hash_get(const LiveHash *hash, const char *name)
{
    const char *each;
    const char *value;
    for (size_t at = 0; live_hash_next(hash, &at, &each, &value);) {
        if (strcmp(each, name) == 0) {
            return value;
        }
    }
    return NULL;
}
