/* suggest.h - "did you mean": the known word nearest to a mistyped one. Layer: base.
 *
 *   Suggest suggest = SUGGEST_INIT(typed);
 *   for each known word: suggest_offer(&suggest, word);
 *   suggest.best is the nearest, or NULL when none is near enough to be meant. */
#pragma once

#include <stddef.h>

typedef struct Suggest {
    const char *typed;
    const char *best; /* borrowed from suggest_offer */
    size_t best_distance;
} Suggest;
#define SUGGEST_INIT(typed_word)                                                                   \
    {                                                                                              \
        .typed = (typed_word)                                                                      \
    }

void suggest_offer(Suggest *suggest, const char *word);

/* Letters to insert, remove, replace or swap with their neighbour, case aside. Words over 63 bytes
 * are far from everything. */
size_t suggest_distance(const char *a, const char *b);
