/* mapping_words.h - the words that headers use for a lead's fields. Layer: importer; pure. */
#pragma once

#include <stddef.h>

#include "importer/mapping.h"

/* What two names that mean the same column share: ASCII letters and digits in lower case, other
 * ASCII dropped, the rest as it is. Writes at most size - 1 bytes and a terminator. */
void mapping_words_fold(const char *bytes, size_t len, char *ret_folded, size_t size);

/* The field that a header cell speaks of, or NONE. *ret_rank: the smaller, the better the word
 * fits ("phone" before "phone1" before "cell" before "contact phone" before "phone2"). */
MappingField mapping_words_field(const char *bytes, size_t len, unsigned *ret_rank);

/* How many of the cells mapping_words_field() knows. */
size_t mapping_words_count(const TextSlice *cells, size_t count);
