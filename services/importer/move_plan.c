#include "importer/move_plan.h"

#include <stddef.h>
#include <string.h>

static const char *const policy_names[MOVE_POLICIES] = {
    [MOVE_SKIP] = "skip",
    [MOVE_UPDATE] = "update",
    [MOVE_REPORT] = "report",
};

const char *move_fate_name(MoveFate fate)
{
    static const char *const names[MOVE_FATES] = {
        [MOVE_GOES] = "moved",
        [MOVE_DUPLICATE] = "duplicate",
        [MOVE_MERGES] = "merged",
        [MOVE_CONFLICT] = "conflict",
        [MOVE_KEPT_OFFERED] = "kept_offered",
    };
    return names[fate];
}

const char *move_policy_name(MovePolicy policy)
{
    return policy_names[policy];
}

MovePolicy move_policy_find(const char *name_or_null)
{
    MovePolicy policy = MOVE_POLICIES;
    while (--policy > MOVE_SKIP) {
        if (name_or_null != NULL && strcmp(name_or_null, policy_names[policy]) == 0) {
            break;
        }
    }
    return policy;
}

MoveFate move_plan(MovePolicy policy, const MoveMet *met)
{
    if (met->count == 0) {
        return MOVE_GOES;
    }
    if (policy != MOVE_UPDATE) {
        return MOVE_DUPLICATE;
    }
    if (met->count > 1 || !met->by_phone || met->unlike) {
        return MOVE_CONFLICT;
    }
    return met->offered ? MOVE_KEPT_OFFERED : MOVE_MERGES;
}
