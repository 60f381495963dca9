#include "importer/move_plan.h"

#include <criterion/criterion.h>

Test(move_plan, fates)
{
    static const struct {
        const char *policy;
        MoveMet met;
        MoveFate fate;
    } cases[] = {
        {"skip", {.count = 0}, MOVE_GOES},
        {"update", {.count = 0, .offered = true}, MOVE_GOES},
        {"skip", {.count = 1, .by_phone = true}, MOVE_DUPLICATE},
        {"skip", {.count = 2, .by_phone = true, .offered = true}, MOVE_DUPLICATE},
        {"update", {.count = 1, .by_phone = true}, MOVE_MERGES},
        {"update", {.count = 1, .by_phone = true, .offered = true}, MOVE_KEPT_OFFERED},
        {"update", {.count = 1}, MOVE_CONFLICT},
        {"update", {.count = 1, .by_phone = true, .unlike = true}, MOVE_CONFLICT},
        {"skip", {.count = 1, .by_phone = true, .unlike = true}, MOVE_DUPLICATE},
        {"update", {.count = 2, .by_phone = true}, MOVE_CONFLICT},
        {"report", {.count = 0}, MOVE_GOES},
        {"report", {.count = 1, .by_phone = true}, MOVE_DUPLICATE},
        {"report", {.count = 2}, MOVE_DUPLICATE},
        {NULL, {.count = 1, .by_phone = true}, MOVE_DUPLICATE},
        {"other", {.count = 1, .by_phone = true}, MOVE_DUPLICATE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        MovePolicy policy = move_policy_find(cases[i].policy);
        cr_expect_eq(move_plan(policy, &cases[i].met), cases[i].fate, "case %zu", i);
    }
}
