#include "base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { SUGGEST_MAX_WORD = 63 };

static size_t suggest_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool suggest_same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment: three rows of the edit matrix are enough for neighbours that swapped.
 * */
size_t suggest_distance(const char *a, const char *b)
{
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    if (a_len > SUGGEST_MAX_WORD || b_len > SUGGEST_MAX_WORD) {
        return SUGGEST_MAX_WORD + 1;
    }
    size_t rows[3][SUGGEST_MAX_WORD + 1] = {{0}};
    for (size_t j = 0; j <= b_len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        const size_t *above = rows[(i - 1) % 3];
        size_t *row = rows[i % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t replaced = above[j - 1] + (suggest_same(a[i - 1], b[j - 1]) ? 0 : 1);
            row[j] = suggest_min(replaced, suggest_min(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && suggest_same(a[i - 1], b[j - 2]) &&
                suggest_same(a[i - 2], b[j - 1])) {
                row[j] = suggest_min(row[j], rows[(i - 2) % 3][j - 2] + 1);
            }
        }
    }
    return rows[a_len % 3][b_len];
}

void suggest_offer(Suggest *suggest, const char *word)
{
    size_t distance = suggest_distance(suggest->typed, word);
    size_t near_enough = 1 + strlen(suggest->typed) / 4;
    if (distance <= near_enough && (suggest->best == NULL || distance < suggest->best_distance)) {
        suggest->best = word;
        suggest->best_distance = distance;
    }
}
