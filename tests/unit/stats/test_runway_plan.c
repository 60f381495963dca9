#include "stats/runway_plan.h"

#include <criterion/criterion.h>

#define HALF_PAST                                                                                  \
    INT64_C(1700000000000000) / INT64_C(3600000000) * INT64_C(3600000000) + INT64_C(1800000000)

static Runway plan_of(RunwayFacts facts)
{
    Runway runway;
    facts.now_us = HALF_PAST;
    runway_plan(&facts, &runway);
    return runway;
}

Test(runway_plan, takes_the_hour_so_far_and_the_rest_of_the_one_before)
{
    RunwayFacts facts = {.dialable = 100, .attempts = {[46] = 60, [47] = 20}};
    Runway runway = plan_of(facts);
    cr_assert_float_eq(runway.calls_per_hour, 50, 0.001);
}

Test(runway_plan, counts_three_calls_a_lead_until_one_has_ended)
{
    RunwayFacts facts = {.dialable = 100, .attempted = 10, .attempts = {[47] = 100}};
    Runway runway = plan_of(facts);
    cr_assert_float_eq(runway.calls_per_lead, 3, 0.001);
    cr_assert(runway.known);
    cr_assert_eq(runway.runway_s, 3 * 3600);
}

Test(runway_plan, counts_calls_by_leads_that_ended)
{
    static const struct {
        int64_t attempted, ended, calls;
        double each;
    } cases[] = {
        {50, 20, 100, 5},
        {50, 90, 100, 2},  /* never more than were called */
        {50, 50, 10, 1},   /* at least one */
        {50, 1, 1000, 20}, /* at most twenty */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        RunwayFacts facts = {
            .dialable = 1, .attempted = cases[i].attempted, .ended = cases[i].ended};
        facts.attempts[47] = cases[i].calls;
        cr_assert_float_eq(plan_of(facts).calls_per_lead, cases[i].each, 0.001, "case %zu", i);
    }
}

Test(runway_plan, knows_nothing_while_nobody_calls)
{
    RunwayFacts facts = {.dialable = 100, .attempts = {[45] = 100}};
    cr_assert_not(plan_of(facts).known);
    facts.dialable = 0;
    cr_assert(plan_of(facts).known);
    cr_assert_eq(plan_of(facts).runway_s, 0);
}
