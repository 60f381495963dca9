/* upsert_keys.h - who has which phone and which external_id in a list: now, as planned, and in the
 * table. Layer: services/importer; pure.
 *
 * A key is told apart by list and phone, or by list and external_id. Keys stay where they are until
 * upsert_keys_reset(). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "domain/text.h"
#include "importer/arena.h"

typedef struct UpsertKey {
    uint64_t hash;
    int32_t list_no;
    int64_t phone; /* 0: it is an external_id */
    TextSlice external_id;
    struct UpsertLead *now;    /* NULL: free */
    struct UpsertLead *stored; /* who has it in the table */
    bool moved;                /* noted as such: see UpsertPlan */
} UpsertKey;

typedef struct UpsertKeys {
    Arena *arena; /* of the keys; external ids are borrowed */
    UpsertKey **slots;
    size_t cap;
    size_t count;
} UpsertKeys;

void upsert_keys_init(UpsertKeys *keys, Arena *arena);
void upsert_keys_done(UpsertKeys *keys);
void upsert_keys_reset(UpsertKeys *keys); /* together with the arena */

/* The key; a new one belongs to nobody. */
UpsertKey *upsert_keys_phone(UpsertKeys *keys, int32_t list_no, int64_t phone);
UpsertKey *upsert_keys_external(UpsertKeys *keys, int32_t list_no, TextSlice external_id);
