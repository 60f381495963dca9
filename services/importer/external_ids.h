/* external_ids.h - which phone an external id came with first in this file. Layer:
 * services/importer.
 *
 * A table of 16 bytes a slot, at most three quarters full: the phone and 78 bits of a keyed hash of
 * the id. The key is drawn anew for each claim, so nobody can prepare two ids that meet; by chance
 * two among a hundred million do so once in fifty million files. In the list, ids are compared
 * themselves.
 *
 * A table that would be larger than most_bytes lies in a file (scratch.h): slower, and right. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "domain/text.h"

typedef struct ExternalIds ExternalIds;

typedef struct ExternalIdsRoom {
    const char *dir;   /* where the file would lie; borrowed. NULL: all in memory */
    size_t most_bytes; /* in memory */
} ExternalIdsRoom;

ExternalIds *external_ids_new(ExternalIdsRoom room);
void external_ids_free(ExternalIds *ids);
/* The phone that this id came with first; notes this one when it is the first. Phones are E.164: 1
 * to 15 digits. STATUS_RETRY when there is no room for a larger table. */
Status external_ids_meet(ExternalIds *ids,
                         TextSlice external_id,
                         int64_t phone,
                         int64_t *ret_phone,
                         Error *err) MUST_CHECK;
/* The phone that this id came with first, or 0. */
int64_t external_ids_find(const ExternalIds *ids, TextSlice external_id);
/* Is the table in a file? */
bool external_ids_spill(const ExternalIds *ids);
