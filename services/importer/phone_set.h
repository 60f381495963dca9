/* phone_set.h - the phones of a list, or of one lane's share of it, in memory. Layer:
 * services/importer; pure.
 *
 * Open addressing over one array of 64-bit words: the phone, and one bit that says whether this
 * import made the lead. About 13 bytes a phone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum PhoneOrigin {
    PHONE_ABSENT = 0,
    PHONE_IN_LIST, /* it was there before */
    PHONE_IN_FILE, /* this import made it */
} PhoneOrigin;

typedef struct PhoneSet {
    uint64_t *slots; /* 0: empty */
    size_t cap;      /* a power of two, or 0 */
    size_t count;
} PhoneSet;

void phone_set_done(PhoneSet *set); /* frees; empty again */
PhoneOrigin phone_set_find(const PhoneSet *set, uint64_t phone);
/* phone: not 0, below 2^62; must be absent. */
void phone_set_add(PhoneSet *set, uint64_t phone, PhoneOrigin origin);
/* What so many phones make it take at its peak. */
size_t phone_set_bytes_of(size_t count);
/* What one more phone would make it take at its peak, both arrays of a growth counted. */
size_t phone_set_bytes_after_add(const PhoneSet *set);
/* Mixes the digits, so that neighbouring numbers spread: for lanes and slots. */
uint64_t phone_hash(uint64_t phone);
