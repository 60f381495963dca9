/* reading.h - up to when all that dialers said is known to be applied. Layer: services/recycler.
 *
 * Every now and then it looks at the clock, asks the broker for the end of each partition of
 * dialer.outcomes, and then watches the positions in the record: once each has come to that end,
 * all that was written before the look is applied, whoever did it. Under load that is as late as
 * the reading is; a partition that nobody reads, or that is halted, holds it back. What one
 * recycler finds out all know (outcome_reading). */
#pragma once

#include "adapters/bus.h"
#include "adapters/db.h"

typedef struct Reading {
    Consumer *consumer; /* reads nothing: it asks for ends, on a connection of its own */
    BusAdmin *admin;
    int partitions; /* as the broker says: more than declared may have been added */
    int64_t *ends;
    bool asked;
    int64_t asked_us;          /* before the ends were asked for */
    int64_t complete_until_us; /* 0: not known */
} Reading;

Status reading_open(Reading *reading, const Config *cfg, Error *err) MUST_CHECK;
void reading_close(Reading *reading);

/* In a transaction of its own. A broker that does not answer is no failure: the time stands. */
Status reading_look(Reading *reading, Db *db, int64_t now_us, Error *err) MUST_CHECK;
