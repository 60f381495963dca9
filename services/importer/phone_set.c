#include "importer/phone_set.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

enum { PHONE_SET_FIRST = 1024 };

uint64_t phone_hash(uint64_t phone)
{
    phone ^= phone >> 31;
    phone *= UINT64_C(0x9E3779B97F4A7C15);
    phone ^= phone >> 29;
    phone *= UINT64_C(0xBF58476D1CE4E5B9);
    return phone ^ phone >> 32;
}

void phone_set_done(PhoneSet *set)
{
    free(set->slots);
    *set = (PhoneSet){0};
}

/* The slot that holds the phone, or the empty one where it would go. */
static size_t set_slot(const PhoneSet *set, uint64_t phone)
{
    size_t slot = phone_hash(phone) >> 8 & (set->cap - 1);
    while (set->slots[slot] != 0 && set->slots[slot] >> 1 != phone) {
        slot = (slot + 1) & (set->cap - 1);
    }
    return slot;
}

PhoneOrigin phone_set_find(const PhoneSet *set, uint64_t phone)
{
    if (set->cap == 0) {
        return PHONE_ABSENT;
    }
    uint64_t word = set->slots[set_slot(set, phone)];
    if (word == 0) {
        return PHONE_ABSENT;
    }
    return word & 1 ? PHONE_IN_FILE : PHONE_IN_LIST;
}

static bool set_is_full(const PhoneSet *set)
{
    return set->count + 1 > set->cap / 4 * 3;
}

static void set_grow(PhoneSet *set)
{
    PhoneSet larger = {.cap = set->cap > 0 ? set->cap * 2 : PHONE_SET_FIRST, .count = set->count};
    larger.slots = mem_alloc(larger.cap * sizeof *larger.slots);
    for (size_t i = 0; i < set->cap; i++) {
        if (set->slots[i] != 0) {
            larger.slots[set_slot(&larger, set->slots[i] >> 1)] = set->slots[i];
        }
    }
    free(set->slots);
    *set = larger;
}

void phone_set_add(PhoneSet *set, uint64_t phone, PhoneOrigin origin)
{
    if (set_is_full(set)) {
        set_grow(set);
    }
    size_t slot = set_slot(set, phone);
    assert(set->slots[slot] == 0);
    set->slots[slot] = phone << 1 | (origin == PHONE_IN_FILE ? 1 : 0);
    set->count++;
}

/* Cap c is left at three quarters of it, with an array of twice the size beside. */
size_t phone_set_bytes_of(size_t count)
{
    size_t cap = PHONE_SET_FIRST;
    size_t before = 0;
    while (count > cap / 4 * 3) {
        before = cap;
        cap *= 2;
    }
    return count > 0 ? (before + cap) * sizeof(uint64_t) : 0;
}

size_t phone_set_bytes_after_add(const PhoneSet *set)
{
    size_t words = set_is_full(set) ? set->cap * 3 : set->cap;
    return words * sizeof *set->slots;
}
