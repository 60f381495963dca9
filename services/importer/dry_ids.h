/* dry_ids.h - under update, rows that would change a lead of another external id. Layer:
 * services/importer.
 *
 * An import sees that when it writes the lead. A dry run asks the list, and notes for each phone of
 * the file the id that it came with first: the same answer, since an import never changes an id. */
#pragma once

#include "importer/external_ids.h"
#include "importer/import_plan.h"

/* After import_plan_by_set(): such rows become ROW_CONFLICT. by_phone: of the whole file; here the
 * phones are its ids, and hashes of their ids its phones. */
Status dry_ids_check(ExternalIds *by_phone,
                     Db *db,
                     int32_t list_no,
                     ImportPlan *plan,
                     const ChunkShare *share,
                     Error *err) MUST_CHECK;
