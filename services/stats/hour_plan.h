/* hour_plan.h - which hour of the ledger is counted next? Layer: services/stats; pure.
 *
 * Calls are shown by the hour that recorded them, for two days. Hours up to rolled_until stand
 * counted in attempt_hour, the rest is read from the ledger each time. A step counts one hour, all
 * of it or up to the moment that no open transaction can still bring a call of, and rolled_until
 * moves there. As it counts and does not add, a step may come twice, and does: the hour of
 * rolled_until at each turn, those before it one after the other, so that a call that came late is
 * in its hour in the end. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { HOUR_PLAN_HOURS = 48 };

typedef struct HourPlan {
    bool anew;        /* what was counted is of a clock that was ahead, or too old: all again */
    int64_t hour_us;  /* to be counted from its beginning */
    int64_t until_us; /* up to here, where rolled_until then is */
    bool behind;      /* there are hours behind it that can be counted at once */
} HourPlan;

/* The beginning of the first hour that is shown. */
int64_t hour_plan_first_us(int64_t now_us);
/* rolled_us: rolled_until, 0 for none. */
void hour_plan(int64_t rolled_us, int64_t now_us, HourPlan *ret);
/* At the turn'th turn: the hour before that of rolled_until, the one before that, and so on, round
 * and round. 0: there is none. */
int64_t hour_plan_again_us(int64_t rolled_us, int64_t now_us, int turn);
