/* number_store.h - rows of telephone numbers: where caps, do-not-call entries and live offers meet.
 * Layer: runtime.
 *
 * A row is made at a number's first call or entry, or shortly before its first offer, never by an
 * import. Whoever offers, counts a call or changes an entry locks it first. */
#pragma once

#include "adapters/db.h"
#include "base/config.h"

/* A number as a key: its digits, and their keyed digest that stays when the digits are erased. */
void number_digest(const Config *cfg, int64_t phone, uint8_t ret[32]);

/* Makes the rows that are missing, in a transaction of its own: none may be open. */
Status
number_make(Db *db, const Config *cfg, const int64_t phones[], int count, Error *err) MUST_CHECK;
/* The same, with the rows (phone, number_id) that it made, binary, by phone; count > 0. */
Status number_make_ids(Db *db,
                       const Config *cfg,
                       const int64_t phones[],
                       int count,
                       DbResult **ret,
                       Error *err) MUST_CHECK;

/* Phones that come back to numbers that were erased: their rows have them again, and with them the
 * entries that keep them from being called. In a transaction of its own: none may be open; asks
 * first whether any number was ever erased. To run before leads with these phones are made. */
Status
number_revive(Db *db, const Config *cfg, const int64_t phones[], int count, Error *err) MUST_CHECK;

/* In a transaction: rows (phone, whether an entry holds for the campaign), binary, of the phones
 * whose numbers were erased. *ret is NULL when no number ever was. */
typedef struct NumberAsk {
    const int64_t *phones;
    int count;
    int32_t campaign_no;
    int64_t now_us;
} NumberAsk;
Status number_erased(Db *db, const Config *cfg, const NumberAsk *ask, DbResult **ret, Error *err)
    MUST_CHECK;

/* Rows (phone, number_id), binary, of those that have one. */
Status number_find(Db *db, DbArray *phones, DbResult **ret, Error *err) MUST_CHECK;

/* Locks them in their order; rows (number_id, phone), binary; phone is null when it was erased.
 * free: leaves out those that another transaction holds. */
Status number_lock(Db *db, DbArray *number_ids, bool free, DbResult **ret, Error *err) MUST_CHECK;
