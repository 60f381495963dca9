/* live_hash.h - the fields of one Redis hash, all of them text. Layer: runtime; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

/* Names and values in turn, each with its NUL. */
typedef struct LiveHash {
    StrBuf text;
    int count; /* fields */
} LiveHash;

void live_hash_init(LiveHash *hash);
void live_hash_done(LiveHash *hash);
void live_hash_add(LiveHash *hash, const char *name, const char *value);
void live_hash_add_i64(LiveHash *hash, const char *name, int64_t value);
/* part / whole with four decimals, rounded half up; "0" of nothing. */
void live_hash_add_ratio(LiveHash *hash, const char *name, int64_t part, int64_t whole);

/* Walks the fields: start with *at = 0; false at the end. */
bool live_hash_next(const LiveHash *hash,
                    size_t *at,
                    const char **ret_name,
                    const char **ret_value);
/* The field's value, or NULL. */
const char *live_hash_get(const LiveHash *hash, const char *name);
#define AUTO_HASH __attribute__((cleanup(live_hash_done))) LiveHash
