#include "importer/importer_state.h"

#include "base/log.h"
#include "base/mem.h"
#include "domain/zone.h"
#include "importer/dnc_import_command.h"
#include "importer/import_command.h"
#include "importer/upsert.h"

Status importer_state_open(const Config *cfg, void **ret, Error *err)
{
    Status status = zone_check(err);
    if (status != STATUS_OK) {
        return status;
    }
    LOG_INFO("zones.loaded", "tzdata=%s", zone_tzdata_version());
    ImporterState *state = mem_alloc(sizeof *state);
    state->cfg = cfg;
    state->zones = zone_sets_new();
    state->upsert = upsert_new();
    state->import_look = import_look_new();
    state->dnc_import_look = dnc_import_look_new();
    *ret = state;
    return STATUS_OK;
}

void importer_state_close(void *opaque)
{
    ImporterState *state = opaque;
    upsert_free(state->upsert);
    import_look_free(state->import_look);
    dnc_import_look_free(state->dnc_import_look);
    zone_sets_free(state->zones);
    free(state);
}
