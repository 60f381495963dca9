/* import_events.h - what an import tells: its accounting, and its leads when asked to. Layer:
 * services/importer. */
#pragma once

#include "importer/import_lane.h"
#include "importer/import_update.h"

/* lead.created and lead.updated of the chunk that the lane is about to commit. */
void import_add_lead_events(ImportLane *lane, int64_t chunk, const ImportUpdate *update);
