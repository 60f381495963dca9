#include "importer/upsert_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { UPSERT_KEYS_FIRST = 2048 };

void upsert_keys_init(UpsertKeys *keys, Arena *arena)
{
    *keys = (UpsertKeys){.arena = arena, .cap = UPSERT_KEYS_FIRST};
    keys->slots = mem_alloc(keys->cap * sizeof(UpsertKey *));
}

void upsert_keys_done(UpsertKeys *keys)
{
    free(keys->slots);
    *keys = (UpsertKeys){0};
}

void upsert_keys_reset(UpsertKeys *keys)
{
    memset(keys->slots, 0, keys->cap * sizeof(UpsertKey *));
    keys->count = 0;
}

static bool key_same(const UpsertKey *a, const UpsertKey *b)
{
    return a->hash == b->hash && a->list_no == b->list_no && a->phone == b->phone &&
           a->external_id.len == b->external_id.len &&
           (a->external_id.len == 0 ||
            memcmp(a->external_id.data, b->external_id.data, a->external_id.len) == 0);
}

static UpsertKey **key_slot(const UpsertKeys *keys, const UpsertKey *key)
{
    for (size_t at = key->hash;; at++) {
        UpsertKey **slot = &keys->slots[at & (keys->cap - 1)];
        if (*slot == NULL || key_same(*slot, key)) {
            return slot;
        }
    }
}

static void keys_grow(UpsertKeys *keys)
{
    UpsertKeys larger = *keys;
    larger.cap *= 2;
    larger.slots = mem_alloc(larger.cap * sizeof(UpsertKey *));
    for (size_t i = 0; i < keys->cap; i++) {
        if (keys->slots[i] != NULL) {
            *key_slot(&larger, keys->slots[i]) = keys->slots[i];
        }
    }
    free(keys->slots);
    *keys = larger;
}

static UpsertKey *keys_get(UpsertKeys *keys, const UpsertKey *key)
{
    UpsertKey **slot = key_slot(keys, key);
    if (*slot != NULL) {
        return *slot;
    }
    if ((keys->count + 1) * 2 > keys->cap) {
        keys_grow(keys);
        slot = key_slot(keys, key);
    }
    *slot = arena_alloc(keys->arena, sizeof **slot);
    **slot = *key;
    keys->count++;
    return *slot;
}

UpsertKey *upsert_keys_phone(UpsertKeys *keys, int32_t list_no, int64_t phone)
{
    UpsertKey key = {.list_no = list_no, .phone = phone};
    key.hash = hash_u64(&phone, sizeof phone, (uint64_t)list_no);
    return keys_get(keys, &key);
}

UpsertKey *upsert_keys_external(UpsertKeys *keys, int32_t list_no, TextSlice external_id)
{
    UpsertKey key = {.list_no = list_no, .external_id = external_id};
    key.hash = hash_u64(external_id.data, external_id.len, ~(uint64_t)list_no);
    return keys_get(keys, &key);
}
