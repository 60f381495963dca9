#include "importer/external_ids.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

#include "adapters/scratch.h"
#include "base/hash.h"
#include "base/mem.h"

/* A phone has 50 bits at most, so 14 bits of the hash fit beside it. */
enum { EXTERNAL_FIRST = 1024, EXTERNAL_MORE_BITS = 14 };
#define EXTERNAL_PHONES (INT64_C(1) << (64 - EXTERNAL_MORE_BITS))

typedef struct ExternalSlot {
    uint64_t hash;
    uint64_t word; /* phone, then more of the hash; 0: empty */
} ExternalSlot;

struct ExternalIds {
    ExternalSlot *slots;
    size_t cap; /* a power of two */
    size_t count;
    uint64_t key;
    ExternalIdsRoom room;
    Scratch scratch; /* holds the slots when it is open */
};

static Status external_slots_new(
    const ExternalIdsRoom *room, size_t cap, ExternalSlot **ret, Scratch *ret_scratch, Error *err)
{
    size_t bytes = cap * sizeof **ret;
    if (room->dir == NULL || bytes <= room->most_bytes) {
        *ret = mem_alloc(bytes);
        return STATUS_OK;
    }
    Status status = scratch_open(room->dir, bytes, ret_scratch, err);
    if (status == STATUS_OK) {
        *ret = ret_scratch->bytes;
    }
    return status;
}

static void external_slots_free(ExternalIds *ids)
{
    if (ids->scratch.bytes == NULL) {
        free(ids->slots);
    }
    scratch_close(&ids->scratch);
}

ExternalIds *external_ids_new(ExternalIdsRoom room)
{
    ExternalIds *ids = mem_alloc(sizeof *ids);
    ids->room = room;
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
        external_slots_free(ids);
        free(ids);
    }
}

bool external_ids_spill(const ExternalIds *ids)
{
    return ids->scratch.bytes != NULL;
}

static uint64_t external_more(uint64_t word)
{
    return word & ((UINT64_C(1) << EXTERNAL_MORE_BITS) - 1);
}

/* The slot of the id with that hash, or the empty one where it would go. */
static ExternalSlot *external_slot(ExternalSlot *slots, size_t cap, uint64_t hash, uint64_t more)
{
    size_t at = hash & (cap - 1);
    while (slots[at].word != 0 &&
           (slots[at].hash != hash || external_more(slots[at].word) != more)) {
        at = (at + 1) & (cap - 1);
    }
    return &slots[at];
}

static Status external_grow(ExternalIds *ids, Error *err)
{
    ExternalIds larger = *ids;
    larger.cap = ids->cap * 2;
    larger.scratch = (Scratch){0};
    Status status = external_slots_new(&ids->room, larger.cap, &larger.slots, &larger.scratch, err);
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t i = 0; i < ids->cap; i++) {
        const ExternalSlot *old = &ids->slots[i];
        if (old->word != 0) {
            *external_slot(larger.slots, larger.cap, old->hash, external_more(old->word)) = *old;
        }
    }
    external_slots_free(ids);
    *ids = larger;
    return STATUS_OK;
}

int64_t external_ids_find(const ExternalIds *ids, TextSlice external_id)
{
    Hash128 hash = hash_u128(external_id.data, external_id.len, ids->key);
    const ExternalSlot *slot =
        external_slot(ids->slots, ids->cap, hash.low, external_more(hash.high));
    return (int64_t)(slot->word >> EXTERNAL_MORE_BITS);
}

Status external_ids_meet(
    ExternalIds *ids, TextSlice external_id, int64_t phone, int64_t *ret_phone, Error *err)
{
    assert(phone > 0 && phone < EXTERNAL_PHONES);
    if (ids->count + 1 > ids->cap / 4 * 3) {
        Status status = external_grow(ids, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    Hash128 hash = hash_u128(external_id.data, external_id.len, ids->key);
    uint64_t more = external_more(hash.high);
    ExternalSlot *slot = external_slot(ids->slots, ids->cap, hash.low, more);
    if (slot->word == 0) {
        *slot = (ExternalSlot){hash.low, (uint64_t)phone << EXTERNAL_MORE_BITS | more};
        ids->count++;
    }
    *ret_phone = (int64_t)(slot->word >> EXTERNAL_MORE_BITS);
    return STATUS_OK;
}
