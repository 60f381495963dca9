/* external_ids.h - which phone an external id came with first in this file. Layer:
 * services/importer; pure.
 *
 * Kept as 128-bit keyed hashes (24 bytes and a half-empty table: some 50 bytes an id). The key is
 * drawn anew for each claim, so nobody can prepare two ids that meet; by chance two among a
 * thousand million do so once in 10^20 files. In the list, ids are compared themselves. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "domain/text.h"

typedef struct ExternalIds ExternalIds;

ExternalIds *external_ids_new(void);
void external_ids_free(ExternalIds *ids);
/* The phone that this id came with first; notes this one when it is the first. */
int64_t external_ids_meet(ExternalIds *ids, TextSlice external_id, int64_t phone);
