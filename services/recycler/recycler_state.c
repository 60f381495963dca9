#include "recycler/recycler_state.h"

#include "base/log.h"
#include "base/mem.h"
#include "domain/zone.h"

Status recycler_state_open(const Config *cfg, void **ret, Error *err)
{
    Status status = zone_check(err);
    if (status != STATUS_OK) {
        return status;
    }
    LOG_INFO("zones.loaded", "tzdata=%s", zone_tzdata_version());
    RecyclerState *state = mem_alloc(sizeof *state);
    state->cfg = cfg;
    *ret = state;
    return STATUS_OK;
}

void recycler_state_close(void *opaque)
{
    free(opaque);
}
