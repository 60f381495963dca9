/* dnc_filter.h - the phones of one lane that may be on a do-not-call list, in memory, so that an
 * import asks the database about few of its leads. Layer: services/importer.
 *
 * It may say too much, never too little: it holds the phone of every open entry, of any campaign,
 * that a snapshot saw, and each transaction first asks whether an entry was opened behind that
 * snapshot (dnc_entry.opened_xid). What it says maybe to is then looked up as ever. */
#pragma once

#include "adapters/db.h"
#include "importer/phone_set.h"

typedef struct DncFilter {
    int lane; /* whose phones: phone_hash() % lanes */
    int lanes;
    PhoneSet phones;
    char *snapshot; /* what the phones are as of; NULL: not filled */
    int64_t epoch;  /* and of which server's life the snapshot is */
    int64_t connects;
    int64_t again_ms; /* not to be filled before */
    bool wanted;      /* phones were looked up: the next transaction may, too */
    bool holds;       /* complete for the open transaction */
} DncFilter;

void dnc_filter_init(DncFilter *filter, int lane, int lanes);
void dnc_filter_done(DncFilter *filter);

/* Before a transaction: reads the list in one of its own, unless that was done or tried not long
 * ago, or no transaction has looked up a phone yet: a short file is not worth it. It stays empty
 * when that fails, and for good when the list is too long for the memory that a filter may take. */
void dnc_filter_fill(DncFilter *filter, Db *db);

/* In a transaction, after lead_begin(): do the phones hold for it? Else every answer is maybe, and
 * the next fill reads anew. */
Status dnc_filter_check(DncFilter *filter, Db *db, Error *err) MUST_CHECK;

/* May an entry hold for the phone? As of the last check. */
bool dnc_filter_may_hold(const DncFilter *filter, uint64_t phone);
