/* dnc_store.h - SQL on numbers and their do-not-call entries. Layer: runtime.
 *
 * All run in the caller's open transaction. */
#pragma once

#include "adapters/db.h"
#include "base/hash.h"
#include "runtime/dnc_plan.h"

/* *ret_no is -1 when there is no such campaign. */
Status dnc_find_campaign(
    Db *db, const char *campaign_id, int32_t *ret_no, char ret_country[3], Error *err) MUST_CHECK;

/* A number as a key (number_store.h makes its row). */
typedef struct DncNumber {
    int64_t phone;
    uint8_t digest[HASH_SHA256_BYTES];
} DncNumber;
/* *ret_id is 0 when the number has no row, or one without digits. */
Status dnc_find_number(Db *db, const DncNumber *number, int64_t *ret_id, Error *err) MUST_CHECK;

Status dnc_find_entry(Db *db, int64_t number_id, int32_t campaign_no, DncEntry *ret, Error *err)
    MUST_CHECK;
Status dnc_end_entry(Db *db, int64_t entry_no, const char *removed_by, int64_t now_us, Error *err)
    MUST_CHECK;
typedef struct DncNewEntry {
    int64_t number_id;
    int32_t campaign_no;
    const char *source;
    int64_t now_us;
    int64_t expires_us;
} DncNewEntry;
Status dnc_insert_entry(Db *db, const DncNewEntry *entry, Error *err) MUST_CHECK;

/* The same for many numbers at once. *ret: phone, entry, when it ends; binary, in no order. */
Status dnc_find_entries(
    Db *db, DbArray *number_ids, int32_t campaign_no, DbResult **ret, Error *err) MUST_CHECK;
/* reasons: text, what goes into removed_by. */
Status dnc_end_entries(Db *db, DbArray *entry_nos, DbArray *reasons, int64_t now_us, Error *err)
    MUST_CHECK;
/* all: what they have in common. expires: times, null for DNC_FOREVER. Asks for another look. */
Status dnc_insert_entries(
    Db *db, const DncNewEntry *all, DbArray *number_ids, DbArray *expires, Error *err) MUST_CHECK;

/* Asks for another look at the number once all that runs now has ended. */
Status dnc_insert_recheck(Db *db, int64_t number_id, Error *err) MUST_CHECK;
/* Says, of those whose change is committed, until when that is. */
Status dnc_mark_rechecks(Db *db, int64_t *ret_count, Error *err) MUST_CHECK;
/* Numbers that are to be looked at now, and their rows: adds to both arrays (int8). */
Status dnc_find_rechecks(Db *db, int most, DbArray *number_ids, DbArray *recheck_nos, Error *err)
    MUST_CHECK;
/* Takes out those, of the first `most`, whose leads are as they should be. */
Status
dnc_settle_rechecks(Db *db, int most, int64_t now_us, int64_t *ret_count, Error *err) MUST_CHECK;
Status dnc_delete_rechecks(Db *db, DbArray *recheck_nos, Error *err) MUST_CHECK;

/* Numbers with open entries whose time has passed: adds to the array (int8). */
Status
dnc_find_expired(Db *db, int most, int64_t now_us, DbArray *number_ids, Error *err) MUST_CHECK;
/* Ends those of locked numbers, and asks for another look at them. */
Status dnc_end_expired(Db *db, DbArray *number_ids, int64_t now_us, Error *err) MUST_CHECK;
