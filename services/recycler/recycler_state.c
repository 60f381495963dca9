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
    state->campaigns = campaign_store_new();
    state->gates = gates_new();
    state->outcomes = outcomes_new();
    *ret = state;
    return STATUS_OK;
}

void recycler_state_close(void *opaque)
{
    RecyclerState *state = opaque;
    outcomes_free(state->outcomes);
    gates_free(state->gates);
    campaign_store_free(state->campaigns);
    free(state);
}

const char *recycler_unfit(void *state)
{
    return hopper_unfit(((RecyclerState *)state)->hopper);
}

Status recycler_begin(const ServiceParts *parts, Error *err)
{
    return hopper_start(parts, &((RecyclerState *)parts->state)->hopper, err);
}

void recycler_end(void *state)
{
    hopper_stop(((RecyclerState *)state)->hopper);
}
