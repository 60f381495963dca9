/* attempt_hours.h - calls and contacts of lists by the hour that recorded them (hour_plan.h).
 * Layer: services/stats.
 *
 * Those that are in no hour yet are read for all lists at once, and kept for a second at most. */
#pragma once

#include "adapters/db.h"
#include "stats/hour_plan.h"

typedef struct AttemptHours AttemptHours;
AttemptHours *attempt_hours_new(void);
void attempt_hours_free(AttemptHours *hours);

/* Counts the next hours, at a pace of its own: one a statement, those that an outage left within a
 * short while. No transaction is open. */
Status attempt_hours_tick(AttemptHours *hours, Db *db, int64_t now_us, Error *err) MUST_CHECK;

/* What was read for all lists is read again. */
void attempt_hours_forget(AttemptHours *hours);

typedef struct AttemptHoursOf {
    int64_t attempts[HOUR_PLAN_HOURS]; /* the last is the present hour */
    int64_t contacts[HOUR_PLAN_HOURS];
} AttemptHoursOf;

/* In the transaction that is open. */
Status attempt_hours_read(AttemptHours *hours,
                          Db *tx,
                          int32_t list_no,
                          int64_t now_us,
                          AttemptHoursOf *ret,
                          Error *err) MUST_CHECK;
