/* custom_key.h - the one rule of the names of custom fields: for upserts, mappings of imports,
 * filters and exports, so that what comes in one way goes out, and in again, every way. Layer:
 * domain; pure.
 *
 * What was stored before the rule may break it; exports pass over that, and say how much. */
#pragma once

#include <stdbool.h>

/* In bytes. */
enum { CUSTOM_KEY_MAX = 128 };

/* The rule, for people. */
#define CUSTOM_KEY_RULE                                                                            \
    "1 to 128 bytes of UTF-8 without control characters, no blank at either end, and not *"

/* Does it keep the rule? * alone stands for all fields. */
bool custom_key_ok(const char *key);
