#include "stats/hour_plan.h"

#include <criterion/criterion.h>

#define MINUTE INT64_C(60000000)
#define HOUR   (60 * MINUTE)
#define NOON   (INT64_C(472224) * HOUR)

Test(hour_plan, counts_the_hour_of_the_mark_up_to_what_is_settled)
{
    static const struct {
        int64_t rolled, now, hour, until;
        bool anew, behind;
    } cases[] = {
        {NOON + 5 * MINUTE, NOON + 10 * MINUTE, NOON, NOON + 8 * MINUTE, false, false},
        {NOON + 9 * MINUTE, NOON + 10 * MINUTE, NOON, NOON + 9 * MINUTE, false,
         false}, /* clock was set back */
        {NOON - MINUTE, NOON + MINUTE, NOON - HOUR, NOON - MINUTE, false, false},
        {NOON - MINUTE, NOON + 5 * MINUTE, NOON - HOUR, NOON, false, true}, /* an hour at a time */
        {NOON, NOON + MINUTE, NOON, NOON, false, false},                    /* nothing to count */
        {NOON - 5 * HOUR, NOON, NOON - 5 * HOUR, NOON - 4 * HOUR, false, true},
        {0, NOON, NOON - 47 * HOUR, NOON - 46 * HOUR, true, true},
        {NOON - 90 * HOUR, NOON, NOON - 47 * HOUR, NOON - 46 * HOUR, true, true},
        {NOON + MINUTE, NOON, NOON - 47 * HOUR, NOON - 46 * HOUR, true, true}, /* clock was ahead */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        HourPlan plan;
        hour_plan(cases[i].rolled, cases[i].now, &plan);
        cr_expect_eq(plan.hour_us, cases[i].hour, "%zu", i);
        cr_expect_eq(plan.until_us, cases[i].until, "%zu", i);
        cr_expect_eq(plan.anew, cases[i].anew, "%zu", i);
        cr_expect_eq(plan.behind, cases[i].behind, "%zu", i);
    }
}

Test(hour_plan, counts_those_before_again_one_after_the_other)
{
    int64_t rolled = NOON + 5 * MINUTE;
    int64_t now = NOON + 10 * MINUTE;
    cr_expect_eq(hour_plan_again_us(rolled, now, 0), NOON - HOUR);
    cr_expect_eq(hour_plan_again_us(rolled, now, 1), NOON - 2 * HOUR);
    cr_expect_eq(hour_plan_again_us(rolled, now, 46), NOON - 47 * HOUR);
    cr_expect_eq(hour_plan_again_us(rolled, now, 47), NOON - HOUR);
    cr_expect_eq(hour_plan_again_us(NOON - 47 * HOUR, now, 3), 0);
    cr_expect_eq(hour_plan_again_us(NOON - 46 * HOUR, now, 3), NOON - 47 * HOUR);
}
