/* import_update.h - rows that meet leads of the list, under update. Layer: services/importer. */
#pragma once

#include "importer/import_lane.h"

/* The leads that a chunk changes, as they will be. Rows borrow from set, the chunk and
 * arena. */
typedef struct ImportUpdate {
    LeadSet set;
    Arena arena;
    LeadRow **leads;
    uint32_t *changed; /* bits of lead_merge.h */
    uint32_t any_changed;
    int count;
} ImportUpdate;

/* Reads the leads that the lane's plan wants to change and puts the rows into them, in file order;
 * rows about two leads become conflicts of the plan. They are not locked, but
 * for a chunk that lost a race before: lead_write_places() sees whether they are as they were read.
 */
Status import_update_plan(ImportUpdate *update,
                          ImportLane *lane,
                          const ChunkShare *share,
                          Error *err) MUST_CHECK;
/* Writes the leads where they lie, and moves those that are ready within the queue. */
Status import_update_write(const ImportUpdate *update, Db *db, Error *err) MUST_CHECK;
void import_update_done(ImportUpdate *update);
#define AUTO_IMPORT_UPDATE __attribute__((cleanup(import_update_done)))

/* The number of a lead's zone set, when it is -1, by the lead's own fields. A set that must be made
 * first costs the transaction: STATUS_RETRY with code again. */
Status import_find_zone(ImportLane *lane, LeadRow *lead, Error *err) MUST_CHECK;
