#include "importer/zone_sets.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "domain/zone_gate.h"
#include "runtime/ready_queue.h"
#include "sql_queries.h"

enum { ZONE_SETS_FIRST = 256 };

/* Two maps: evidence to number, which is asked for every lead, and key to number, which is the
 * table as it was last read. Both are open addressing, at most half full. */
typedef struct ZoneSlot {
    ZoneEvidence evidence;
    int32_t zone_set_no; /* 0: empty */
    int32_t gate_no;
} ZoneSlot;

typedef struct KeySlot {
    char *key; /* NULL: empty */
    int32_t zone_set_no;
    int32_t gate_no;
} KeySlot;

struct ZoneSets {
    ZoneSlot *zones;
    size_t zone_count;
    size_t zone_cap;
    KeySlot *keys;
    size_t key_count;
    size_t key_cap;
    int32_t last_no; /* of what was read from the table */
};

ZoneSets *zone_sets_new(void)
{
    ZoneSets *sets = mem_alloc(sizeof *sets);
    sets->zone_cap = sets->key_cap = ZONE_SETS_FIRST;
    sets->zones = mem_alloc(sets->zone_cap * sizeof *sets->zones);
    sets->keys = mem_alloc(sets->key_cap * sizeof *sets->keys);
    return sets;
}

void zone_sets_free(ZoneSets *sets)
{
    if (sets == NULL) {
        return;
    }
    for (size_t i = 0; i < sets->key_cap; i++) {
        free(sets->keys[i].key);
    }
    free(sets->keys);
    free(sets->zones);
    free(sets);
}

/* ---- evidence to number ---- */

static bool zone_is_empty(const ZoneEvidence *evidence)
{
    return evidence->own[0] == '\0' && evidence->area[0] == '\0' && evidence->state[0] == '\0';
}

static bool zone_is_same(const ZoneEvidence *a, const ZoneEvidence *b)
{
    return a->own == b->own && a->area == b->area && a->state == b->state &&
           a->area_regions == b->area_regions && a->state_regions == b->state_regions;
}

static uint64_t zone_hash(const ZoneEvidence *evidence)
{
    uint64_t hash = ((uintptr_t)evidence->own * 31 + (uintptr_t)evidence->area) * 31 +
                    (uintptr_t)evidence->state;
    hash =
        (hash * 31 + (uintptr_t)evidence->area_regions) * 31 + (uintptr_t)evidence->state_regions;
    return hash * UINT64_C(0x9E3779B97F4A7C15);
}

static ZoneSlot *zone_slot(const ZoneSets *sets, const ZoneEvidence *evidence)
{
    uint64_t hash = zone_hash(evidence);
    for (size_t at = hash >> 32;; at++) {
        ZoneSlot *slot = &sets->zones[at & (sets->zone_cap - 1)];
        if (slot->zone_set_no == 0 || zone_is_same(&slot->evidence, evidence)) {
            return slot;
        }
    }
}

static void zone_add(ZoneSets *sets, const ZoneEvidence *evidence, const KeySlot *key)
{
    if ((sets->zone_count + 1) * 2 > sets->zone_cap) {
        ZoneSets larger = *sets;
        larger.zone_cap *= 2;
        larger.zones = mem_alloc(larger.zone_cap * sizeof *larger.zones);
        for (size_t i = 0; i < sets->zone_cap; i++) {
            if (sets->zones[i].zone_set_no != 0) {
                *zone_slot(&larger, &sets->zones[i].evidence) = sets->zones[i];
            }
        }
        free(sets->zones);
        *sets = larger;
    }
    *zone_slot(sets, evidence) = (ZoneSlot){*evidence, key->zone_set_no, key->gate_no};
    sets->zone_count++;
}

int32_t zone_sets_known(const ZoneSets *sets, const ZoneEvidence *evidence)
{
    if (zone_is_empty(evidence)) {
        return 0;
    }
    int32_t zone_set_no = zone_slot(sets, evidence)->zone_set_no;
    return zone_set_no != 0 ? zone_set_no : -1;
}

int32_t zone_sets_gate(const ZoneSets *sets, const ZoneEvidence *evidence)
{
    int32_t gate_no = zone_is_empty(evidence) ? 0 : zone_slot(sets, evidence)->gate_no;
    return gate_no != 0 ? gate_no : READY_GATE_UNKNOWN;
}

/* ---- key to number ---- */

static KeySlot *key_slot(const ZoneSets *sets, const char *key)
{
    for (size_t at = hash_u64(key, strlen(key), 0);; at++) {
        KeySlot *slot = &sets->keys[at & (sets->key_cap - 1)];
        if (slot->key == NULL || strcmp(slot->key, key) == 0) {
            return slot;
        }
    }
}

static void key_add(ZoneSets *sets, const char *key, int32_t zone_set_no, int32_t gate_no)
{
    if ((sets->key_count + 1) * 2 > sets->key_cap) {
        ZoneSets larger = *sets;
        larger.key_cap *= 2;
        larger.keys = mem_alloc(larger.key_cap * sizeof *larger.keys);
        for (size_t i = 0; i < sets->key_cap; i++) {
            if (sets->keys[i].key != NULL) {
                *key_slot(&larger, sets->keys[i].key) = sets->keys[i];
            }
        }
        free(sets->keys);
        *sets = larger;
    }
    KeySlot *slot = key_slot(sets, key);
    if (slot->key == NULL) {
        *slot = (KeySlot){mem_strdup(key), zone_set_no, gate_no};
        sets->key_count++;
    }
}

/* ---- the table ---- */

/* What the table has beyond what we know, and these keys: a number may be committed late. */
static Status sets_read(ZoneSets *sets, Db *db, DbArray *keys, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, sets->last_no);
    db_param_array(&params, keys);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_zone_set_read, &params, &result, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        int32_t zone_set_no = (int32_t)db_i64(result, row, 0);
        key_add(sets, db_text(result, row, 1), zone_set_no, (int32_t)db_i64(result, row, 2));
        if (zone_set_no > sets->last_no) {
            sets->last_no = zone_set_no;
        }
    }
    return status;
}

/* The keys that the cache does not have; false when there are none. */
static bool
sets_missing(const ZoneSets *sets, const ZoneEvidence evidence[], int count, DbArray *keys)
{
    char key[ZONE_KEY_SIZE];
    db_array_begin(keys, DB_ARRAY_TEXT);
    for (int i = 0; i < count; i++) {
        if (!zone_is_empty(&evidence[i])) {
            size_t len = zone_key(&evidence[i], key);
            if (key_slot(sets, key)->key == NULL) {
                db_array_text(keys, key, len);
            }
        }
    }
    return keys->count > 0;
}

static Status insert_rows(Db *db, DbArray *keys, DbArray *zones, DbArray *regions, Error *err)
{
    DbParams gates = {0};
    db_param_array(&gates, zones);
    db_param_array(&gates, regions);
    DbParams sets = {0};
    db_param_array(&sets, keys);
    db_param_array(&sets, zones);
    db_param_array(&sets, regions);
    Status status = db_exec(db, sql_gate_insert, &gates, -1, err);
    return status == STATUS_OK ? db_exec(db, sql_zone_set_insert, &sets, -1, err) : status;
}

/* With the gates that follow from them. */
static Status
sets_insert(ZoneSets *sets, Db *db, const ZoneEvidence evidence[], int count, Error *err)
{
    DbArray keys = {0};
    DbArray zones = {0};
    DbArray regions = {0};
    ZoneGate gate;
    char key[ZONE_KEY_SIZE];
    db_array_begin(&keys, DB_ARRAY_TEXT);
    db_array_begin(&zones, DB_ARRAY_TEXT);
    db_array_begin(&regions, DB_ARRAY_TEXT);
    for (int i = 0; i < count; i++) {
        size_t len = zone_is_empty(&evidence[i]) ? 0 : zone_key(&evidence[i], key);
        if (len > 0 && key_slot(sets, key)->key == NULL) {
            zone_gate(key, &gate);
            db_array_text(&keys, key, len);
            db_array_string(&zones, gate.zones);
            db_array_string(&regions, gate.regions);
        }
    }
    Status status = insert_rows(db, &keys, &zones, &regions, err);
    db_array_done(&keys);
    db_array_done(&zones);
    db_array_done(&regions);
    return status;
}

/* Numbers that came from an insert are remembered only after its commit. */
static Status sets_make(
    ZoneSets *sets, Db *db, const ZoneEvidence evidence[], int count, DbArray *keys, Error *err)
{
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = sets_insert(sets, tx, evidence, count, err);
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    if (status == STATUS_OK) {
        status = db_begin(tx, err);
    }
    return status == STATUS_OK ? sets_read(sets, tx, keys, err) : status;
}

static Status sets_look(ZoneSets *sets, Db *db, DbArray *keys, Error *err)
{
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? sets_read(sets, tx, keys, err) : status;
}

static Status sets_fill(
    ZoneSets *sets, Db *db, const ZoneEvidence evidence[], int count, DbArray *keys, Error *err)
{
    Status status = STATUS_OK;
    if (sets_missing(sets, evidence, count, keys)) {
        status = sets_look(sets, db, keys, err);
    }
    if (status == STATUS_OK && sets_missing(sets, evidence, count, keys)) {
        status = sets_make(sets, db, evidence, count, keys, err);
    }
    if (status == STATUS_OK && sets_missing(sets, evidence, count, keys)) {
        return error_set(err, STATUS_RETRY, "zone_set_gone", "a zone set vanished");
    }
    return status;
}

Status
zone_sets_fetch_many(ZoneSets *sets, Db *db, const ZoneEvidence evidence[], int count, Error *err)
{
    DbArray keys = {0};
    Status status = sets_fill(sets, db, evidence, count, &keys, err);
    db_array_done(&keys);
    char key[ZONE_KEY_SIZE];
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        if (zone_sets_known(sets, &evidence[i]) < 0) {
            zone_key(&evidence[i], key);
            zone_add(sets, &evidence[i], key_slot(sets, key));
        }
    }
    return status;
}

Status
zone_sets_fetch(ZoneSets *sets, Db *db, const ZoneEvidence *evidence, int32_t *ret_no, Error *err)
{
    Status status = zone_sets_fetch_many(sets, db, evidence, 1, err);
    if (status == STATUS_OK) {
        *ret_no = zone_sets_known(sets, evidence);
    }
    return status;
}
