/* importer_state.h - what the importer's handlers keep between batches. Layer: services/importer.
 *
 * The mutable parts belong to the loop's thread alone: jobs run on other threads and read cfg only.
 */
#pragma once

#include <stdint.h>

#include "base/config.h"
#include "importer/zone_sets.h"

typedef struct Upsert Upsert;
typedef struct ImportLook ImportLook;
typedef struct DncImportLook DncImportLook;

typedef struct ImporterState {
    const Config *cfg; /* borrowed */
    ZoneSets *zones;
    Upsert *upsert;
    ImportLook *import_look;
    DncImportLook *dnc_import_look;
    int64_t id_block;   /* of new leads' ids; 0: none drawn yet */
    int64_t id_ordinal; /* the next one in it */
} ImporterState;

Status importer_state_open(const Config *cfg, void **ret, Error *err) MUST_CHECK;
void importer_state_close(void *state);
