/* lead_place.h - leads read and written where their rows lie, many at a time, without a lock in
 * between. Layer: services/importer.
 *
 * For the rows of an import that change leads: the look-up by phone tells the place of each, so
 * neither reading nor writing goes through an index again. A row that changed after it was read has
 * another xmin or lies elsewhere: it is not written, and whoever counts sees it. */
#pragma once

#include "importer/lead_store.h"

/* Reads the leads at these places (tid array). Those that moved meanwhile are not in *ret, whose
 * rows are in the order of lead_id. */
Status lead_read_places(Db *db, DbArray *places, LeadSet *ret, Error *err) MUST_CHECK;

/* Writes those columns that `changed` (bits of lead_merge.h) means, with content_hash,
 * lead_version and what follows from the columns, to leads as read by lead_read_places(), in the
 * given order, which has to be that of lead_id. A row that is not as it was read: STATUS_RETRY with
 * code lead_race (the transaction is lost; look again and plan anew). */
Status lead_write_places(
    Db *db, const LeadRow *const rows[], int count, uint32_t changed, Error *err) MUST_CHECK;
