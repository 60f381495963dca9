#include "importer/external_ids.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/hash.h"
#include "base/mem.h"

typedef struct ExternalSlot {
    Hash128 hash;
    int64_t phone; /* 0: empty */
} ExternalSlot;

struct ExternalIds {
    ExternalSlot *slots;
    size_t cap; /* a power of two */
    size_t count;
    uint64_t key;
};

enum { EXTERNAL_FIRST = 1024 };

ExternalIds *external_ids_new(void)
{
    ExternalIds *ids = mem_alloc(sizeof *ids);
    ids->cap = EXTERNAL_FIRST;
    ids->slots = mem_alloc(ids->cap * sizeof *ids->slots);
    if (getrandom(&ids->key, sizeof ids->key, 0) != sizeof ids->key) {
        abort();
    }
    return ids;
}

void external_ids_free(ExternalIds *ids)
{
    if (ids != NULL) {
        free(ids->slots);
        free(ids);
    }
}

static ExternalSlot *external_slot(const ExternalIds *ids, Hash128 hash)
{
    size_t at = hash.low & (ids->cap - 1);
    while (ids->slots[at].phone != 0 &&
           (ids->slots[at].hash.low != hash.low || ids->slots[at].hash.high != hash.high)) {
        at = (at + 1) & (ids->cap - 1);
    }
    return &ids->slots[at];
}

static void external_grow(ExternalIds *ids)
{
    ExternalSlot *old = ids->slots;
    size_t old_cap = ids->cap;
    ids->cap *= 2;
    ids->slots = mem_alloc(ids->cap * sizeof *ids->slots);
    for (size_t i = 0; i < old_cap; i++) {
        if (old[i].phone != 0) {
            *external_slot(ids, old[i].hash) = old[i];
        }
    }
    free(old);
}

int64_t external_ids_meet(ExternalIds *ids, TextSlice external_id, int64_t phone)
{
    if (ids->count + 1 > ids->cap / 4 * 3) {
        external_grow(ids);
    }
    Hash128 hash = hash_u128(external_id.data, external_id.len, ids->key);
    ExternalSlot *slot = external_slot(ids, hash);
    if (slot->phone == 0) {
        *slot = (ExternalSlot){hash, phone};
        ids->count++;
    }
    return slot->phone;
}
