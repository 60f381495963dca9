/* filter_word.h - what a bare word of a filter's text is made of. Layer: domain; for filter_parse.c
 * and filter_print.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Bytes of the bare word that text begins with; 0 when it begins with none. */
static inline size_t filter_word_len(const char *text)
{
    size_t len = 0;
    while ((unsigned char)text[len] > ' ' && text[len] != 0x7f &&
           strchr("()',\"=<>!", text[len]) == NULL) {
        len++;
    }
    return len;
}

/* Does text begin with this word, in any case? */
static inline bool filter_word_is(const char *text, const char *word)
{
    return filter_word_len(text) == strlen(word) && strncasecmp(text, word, strlen(word)) == 0;
}
