#include "stats/hour_plan.h"

#include "base/clock.h"

#define HOUR_US   (INT64_C(3600) * CLOCK_US_PER_SECOND)
#define BEHIND_US (INT64_C(120) * CLOCK_US_PER_SECOND) /* longer than any transaction */

static int64_t hour_of_us(int64_t time_us)
{
    return time_us - time_us % HOUR_US;
}

int64_t hour_plan_first_us(int64_t now_us)
{
    return hour_of_us(now_us) - (HOUR_PLAN_HOURS - 1) * HOUR_US;
}

static int64_t at_least(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void hour_plan(int64_t rolled_us, int64_t now_us, HourPlan *ret)
{
    int64_t first_us = hour_plan_first_us(now_us);
    bool anew = rolled_us < first_us || rolled_us > now_us;
    int64_t from_us = anew ? first_us : rolled_us;
    int64_t hour_us = hour_of_us(from_us);
    int64_t until_us = at_least(from_us, now_us - BEHIND_US);
    *ret = (HourPlan){.anew = anew, .hour_us = hour_us, .until_us = until_us};
    if (until_us > hour_us + HOUR_US) {
        ret->until_us = hour_us + HOUR_US;
        ret->behind = true;
    }
}

int64_t hour_plan_again_us(int64_t rolled_us, int64_t now_us, int turn)
{
    int64_t count = (hour_of_us(rolled_us) - hour_plan_first_us(now_us)) / HOUR_US;
    return count > 0 ? hour_of_us(rolled_us) - (1 + turn % count) * HOUR_US : 0;
}
