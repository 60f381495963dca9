/* import_lanes.h - the lanes of one job as threads, fed with chunks. Layer: services/importer.
 *
 * At most IMPORT_CHUNKS chunks exist: memory is bounded whatever the file holds. */
#pragma once

#include "importer/import_lane.h"

enum { IMPORT_CHUNKS = 3 };

typedef struct ImportLanes ImportLanes;

/* marks: shared->spec->lanes of them. shared is borrowed until the end. */
ImportLanes *import_lanes_start(ImportShared *shared, const LaneMark marks[]);
/* The lane, to prepare it before the first chunk is given. */
ImportLane *import_lanes_get(ImportLanes *lanes, int number);
/* A chunk that nobody uses; waits for one. NULL when a lane has stopped. */
ImportChunk *import_lanes_take(ImportLanes *lanes);
/* To all lanes that are not past it yet. */
void import_lanes_give(ImportLanes *lanes, ImportChunk *chunk);
/* No more chunks: waits until the lanes are done. The worst of their outcomes, with its error. */
Status import_lanes_finish(ImportLanes *lanes, Error *err) MUST_CHECK;
void import_lanes_free(ImportLanes *lanes);
