#include "stats/stats_state.h"

#include "base/log.h"
#include "base/mem.h"
#include "domain/zone.h"

Status stats_state_open(const Config *cfg, void **ret, Error *err)
{
    Status status = zone_check(err);
    if (status != STATUS_OK) {
        return status;
    }
    LOG_INFO("zones.loaded", "tzdata=%s", zone_tzdata_version());
    StatsState *state = mem_alloc(sizeof *state);
    state->cfg = cfg;
    live_health_init(&state->health);
    state->store = live_store_new(cfg, &state->health, "leadspool-stats-loop");
    state->projection = projection_new();
    *ret = state;
    return STATUS_OK;
}

void stats_state_close(void *opaque)
{
    StatsState *state = opaque;
    projection_free(state->projection);
    live_store_free(state->store);
    live_health_done(&state->health);
    free(state);
}

Status stats_begin(const ServiceParts *parts, Error *err)
{
    StatsState *state = parts->state;
    return stats_clock_start(parts, &state->health, &state->clock, err);
}

void stats_end(void *opaque)
{
    StatsState *state = opaque;
    stats_clock_stop(state->clock);
}

bool stats_ready(void *opaque, StrBuf *reasons)
{
    return live_health_ready(&((StatsState *)opaque)->health, reasons);
}
