#include "cli/dialer_sim_fate.h"

#include <string.h>

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t fate_next(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

static bool fate_happens(uint64_t *state, double percent)
{
    return (double)(fate_next(state) >> 11) / (double)(UINT64_C(1) << 53) * SIM_SHARE_ALL < percent;
}

/* Every draw is made whatever the others came to: one option does not move what the others do. */
void sim_fate_draw(const SimFates *fates, int64_t offer_id, SimFate *ret)
{
    uint64_t state = fates->seed ^ ((uint64_t)offer_id * UINT64_C(0xff51afd7ed558ccd));
    bool loses = fate_happens(&state, fates->lose);
    bool releases = fate_happens(&state, fates->release);
    *ret = (SimFate){.doing = loses ? SIM_LOSE : releases ? SIM_RELEASE : SIM_CALL};
    ret->code = sim_mix_pick(&fates->mix, fate_next(&state))->code;
    ret->think_us = sim_range_at(&fates->think, fate_next(&state));
    ret->announced = fate_happens(&state, fates->announce);
    ret->reordered = fate_happens(&state, fates->reorder) && ret->announced;
    ret->repeated = fate_happens(&state, fates->duplicate);
    ret->repeated_anew = fate_next(&state) & 1;
    bool late = fate_happens(&state, fates->late_share);
    ret->late_us = sim_range_at(&fates->late, fate_next(&state)) * late;
    int64_t callback_us = sim_range_at(&fates->callback, fate_next(&state));
    bool calls_back = strcmp(ret->code, "CB") == 0 || strcmp(ret->code, "CALLBK") == 0;
    ret->callback_us = calls_back ? callback_us : 0;
    uint64_t agent = fate_next(&state);
    ret->agent = fates->agents > 0 ? (int)(agent % (uint64_t)fates->agents) + 1 : 0;
    ret->callback_agent = (fate_next(&state) & 1) && ret->agent > 0;
}
