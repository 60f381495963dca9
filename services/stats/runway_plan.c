#include "stats/runway_plan.h"

#include "base/clock.h"

enum { HOUR_S = 3600, CALLS_UNKNOWN = 3, CALLS_MOST = 20 };

static double calls_per_hour(const RunwayFacts *facts)
{
    int64_t hour_us = HOUR_S * CLOCK_US_PER_SECOND;
    double passed = (double)(facts->now_us % hour_us) / (double)hour_us;
    return (double)facts->attempts[RUNWAY_HOURS - 1] +
           (1 - passed) * (double)facts->attempts[RUNWAY_HOURS - 2];
}

static double calls_per_lead(const RunwayFacts *facts)
{
    int64_t calls = 0;
    int64_t ended = facts->ended < facts->attempted ? facts->ended : facts->attempted;
    for (int i = 0; i < RUNWAY_HOURS; i++) {
        calls += facts->attempts[i];
    }
    if (ended <= 0 || calls == 0) {
        return CALLS_UNKNOWN;
    }
    double each = (double)calls / (double)ended;
    return each < 1 ? 1 : each > CALLS_MOST ? CALLS_MOST : each;
}

void runway_plan(const RunwayFacts *facts, Runway *ret)
{
    *ret =
        (Runway){.calls_per_hour = calls_per_hour(facts), .calls_per_lead = calls_per_lead(facts)};
    double left = (double)(facts->dialable + facts->offered) * ret->calls_per_lead;
    ret->known = ret->calls_per_hour > 0 || left <= 0;
    if (ret->known && left > 0) {
        ret->runway_s = (int64_t)(left / ret->calls_per_hour * HOUR_S);
    }
}
