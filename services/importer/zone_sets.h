/* zone_sets.h - numbers of zone sets: each combination of time zone evidence once in the zone_set
 * table. Layer: services/importer.
 *
 * A cache in front of the table, for one thread. Evidence is compared by the addresses of its
 * static strings (domain/zone.h). */
#pragma once

#include "adapters/db.h"
#include "domain/zone.h"

typedef struct ZoneSets ZoneSets;

ZoneSets *zone_sets_new(void);
void zone_sets_free(ZoneSets *sets);

/* The number if the cache has it, 0 when the evidence is empty, -1 when it must be fetched. No I/O.
 */
int32_t zone_sets_known(const ZoneSets *sets, const ZoneEvidence *evidence);

/* The gate of evidence that is known or empty. */
int32_t zone_sets_gate(const ZoneSets *sets, const ZoneEvidence *evidence);

/* The number as above, but asks the table and makes the row when it is missing, in a transaction of
 * its own: no transaction may be open on db. */
Status zone_sets_fetch(
    ZoneSets *sets, Db *db, const ZoneEvidence *evidence, int32_t *ret_no, Error *err) MUST_CHECK;

/* The same for many at once: zone_sets_known() then has them all. */
Status zone_sets_fetch_many(
    ZoneSets *sets, Db *db, const ZoneEvidence evidence[], int count, Error *err) MUST_CHECK;
