#include "importer/mapping_nearest.h"

#include <string.h>

#include "base/suggest.h"
#include "importer/mapping_words.h"

enum { WORD_SIZE = 48, QUOTE_BYTES = 40 };

/* Over half of the longer word must agree, or one hold the other; the score is then the distance.
 */
static bool is_near(const char *wanted, const char *name, size_t *ret_distance)
{
    if (wanted[0] == '\0' || name[0] == '\0') {
        return false;
    }
    size_t longer = strlen(wanted) > strlen(name) ? strlen(wanted) : strlen(name);
    *ret_distance = suggest_distance(wanted, name);
    return *ret_distance * 2 < longer || strstr(name, wanted) != NULL ||
           strstr(wanted, name) != NULL;
}

typedef struct Nearest {
    size_t count;
    size_t index[MAPPING_NEAREST_MAX];
    size_t distance[MAPPING_NEAREST_MAX];
} Nearest;

/* Keeps the list sorted; of equals the first given stays first. */
static void nearest_insert(Nearest *nearest, size_t index, size_t distance)
{
    size_t at = nearest->count;
    while (at > 0 && nearest->distance[at - 1] > distance) {
        at--;
    }
    if (at == MAPPING_NEAREST_MAX) {
        return;
    }
    nearest->count += nearest->count < MAPPING_NEAREST_MAX;
    for (size_t i = nearest->count - 1; i > at; i--) {
        nearest->index[i] = nearest->index[i - 1];
        nearest->distance[i] = nearest->distance[i - 1];
    }
    nearest->index[at] = index;
    nearest->distance[at] = distance;
}

void mapping_nearest_add(StrBuf *buf, TextSlice wanted, const TextSlice *names, size_t count)
{
    char wanted_word[WORD_SIZE];
    mapping_words_fold(wanted.data, wanted.len, wanted_word, sizeof wanted_word);
    Nearest nearest = {0};
    for (size_t i = 0; i < count; i++) {
        char name_word[WORD_SIZE];
        size_t distance = 0;
        mapping_words_fold(names[i].data, names[i].len, name_word, sizeof name_word);
        if (is_near(wanted_word, name_word, &distance) &&
            text_utf8_valid(names[i].data, names[i].len, NULL)) {
            nearest_insert(&nearest, i, distance);
        }
    }
    for (size_t i = 0; i < nearest.count; i++) {
        strbuf_adds(buf, i > 0 ? ", " : "");
        mapping_quote_add(buf, names[nearest.index[i]]);
    }
}

void mapping_quote_add(StrBuf *buf, TextSlice text)
{
    size_t len = text.len;
    if (len > QUOTE_BYTES) {
        len = QUOTE_BYTES;
        while (len > 0 && ((unsigned char)text.data[len] & 0xC0) == 0x80) {
            len--;
        }
    }
    strbuf_addc(buf, '"');
    strbuf_add(buf, text.data, len);
    strbuf_adds(buf, len < text.len ? "...\"" : "\"");
}
