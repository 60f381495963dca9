#include "domain/stage.h"

#include <stddef.h>

#include "base/guard.h"

static const char *const stage_names[STAGE_END] = {
    [STAGE_DNC] = "dnc",         [STAGE_INVALID] = "invalid",     [STAGE_FINISHED] = "finished",
    [STAGE_OFFERED] = "offered", [STAGE_EXHAUSTED] = "exhausted", [STAGE_READY] = "ready",
};

/* First that applies. */
static const struct StageRule {
    size_t fact;
    Stage stage;
} stage_rules[] = {
    {offsetof(StageFacts, dnc), STAGE_DNC},
    {offsetof(StageFacts, invalid), STAGE_INVALID},
    {offsetof(StageFacts, finished), STAGE_FINISHED},
    {offsetof(StageFacts, offered), STAGE_OFFERED},
    {offsetof(StageFacts, exhausted), STAGE_EXHAUSTED},
};

StageFacts stage_facts(bool dnc, unsigned hold, bool offered)
{
    return (StageFacts){.dnc = dnc,
                        .invalid = (hold & LEAD_HOLD_INVALID) != 0,
                        .finished = (hold & LEAD_HOLD_FINAL) != 0,
                        .offered = offered,
                        .exhausted = (hold & LEAD_HOLD_EXHAUSTED) != 0};
}

Stage stage_of(const StageFacts *facts)
{
    for (size_t i = BROKEN(DNC_STAGE) ? 1 : 0; i < sizeof stage_rules / sizeof stage_rules[0];
         i++) {
        if (*(const bool *)((const char *)facts + stage_rules[i].fact)) {
            return stage_rules[i].stage;
        }
    }
    return STAGE_READY;
}

const char *stage_name(Stage stage)
{
    return stage_names[stage];
}
